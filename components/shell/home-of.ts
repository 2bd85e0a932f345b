import type { Viewer } from "../../contracts/viewer.ts";

/** The page on which a person's day begins. */
export function homeOf(viewer: Viewer): "/overview" | "/home" {
  return viewer.kind === "staff" ? "/overview" : "/home";
}
