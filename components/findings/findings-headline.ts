import type { ZoneScrubView } from "../../contracts/scrubs.ts";
import { formatCount } from "../format/format-bytes.ts";

/** "2 bad copies have no good one left. 3 are being healed." */
export function findingsHeadline(scrubs: readonly ZoneScrubView[]): string {
  const sum = (state: keyof ZoneScrubView["findings"]) =>
    scrubs.reduce((total, zone) => total + zone.findings[state], 0);
  const [lost, open, healed] = [sum("lost"), sum("open"), sum("healed")];
  const healing =
    open === 0 ? "" : `${formatCount(open)} ${open === 1 ? "bad copy is" : "bad copies are"} being healed.`;
  if (lost > 0) return `${lostSentence(lost)} ${healing}`.trimEnd();
  if (open > 0) return healing;
  return healed === 0
    ? "No bad copy was ever found."
    : `Every bad copy that was found is healed: ${formatCount(healed)} so far.`;
}

/** Stands before everything else that is said about zones; null while nothing is lost. */
export function lostHeadline(scrubs: readonly ZoneScrubView[]): string | null {
  const lost = scrubs.reduce((total, zone) => total + zone.findings.lost, 0);
  return lost === 0 ? null : lostSentence(lost);
}

function lostSentence(lost: number): string {
  return lost === 1 ? "1 bad copy has no good one left." : `${formatCount(lost)} bad copies have no good one left.`;
}
