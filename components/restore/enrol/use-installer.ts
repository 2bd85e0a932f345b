import { useEffect, useState } from "react";
import { AGENT_RELEASE_PATH, publishedReleaseSchema } from "../../../contracts/agent-release.ts";

/** A portal that has just started builds the agent's archive for some seconds. */
const ASK_EVERY_MS = 3_000;

export type InstallerState =
  | { readonly state: "asking" | "absent" }
  | { readonly state: "there"; readonly version: string; readonly installerSha256: string };

/** Which agent the portal offers to a machine that has none; asked again until there is one. */
export function useInstaller(): InstallerState {
  const [installer, setInstaller] = useState<InstallerState>({ state: "asking" });
  const isThere = installer.state === "there";
  useEffect(() => {
    if (isThere) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const ask = async () => {
      const found = await readInstaller().catch((): InstallerState => ({ state: "absent" }));
      if (!isWanted) return;
      setInstaller(found);
      timer = setTimeout(ask, ASK_EVERY_MS);
    };
    void ask();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [isThere]);
  return installer;
}

async function readInstaller(): Promise<InstallerState> {
  const answer = await fetch(AGENT_RELEASE_PATH, { cache: "no-store" });
  // 204: the portal has no archive yet.
  if (answer.status !== 200) return { state: "absent" };
  const { version, installerSha256 } = publishedReleaseSchema.parse(await answer.json());
  return { state: "there", version, installerSha256 };
}
