/** What is shown before anybody is signed in: an invitation, or an enrolment link that was opened in a browser. */
export interface Door {
  readonly kind: "onboard" | "link";
  /** As it was sent, with its secret; null when the address holds none, or only a part of one. */
  readonly link: string | null;
  readonly isCut: boolean;
}

const DOOR = /^#?\/(onboard|link)(\/.*)?$/;
const WHOLE = /^\/([0-9a-f-]{36})\/([A-Za-z0-9_-]+)$/;
const LINK_KIND = { onboard: "join", link: "enrol" } as const;

/**
 * Reads "#/onboard/<id>/<secret>", to which document/link.ts leads. No other part of the vault looks at it: what goes into an
 * address for the server is made by `formatRoute`, which knows no such place.
 *
 * @param fragment as in `location.hash`
 */
export function parseDoor(fragment: string, origin: string): Door | null {
  const [, kind, rest] = DOOR.exec(fragment) ?? [];
  if (kind !== "onboard" && kind !== "link") return null;
  const [, linkId, secret] = WHOLE.exec(rest ?? "") ?? [];
  const isWhole = linkId !== undefined && secret !== undefined;
  const link = isWhole ? `${origin}/${LINK_KIND[kind]}/${linkId}#${secret}` : null;
  return { kind, link, isCut: rest !== undefined && !isWhole };
}
