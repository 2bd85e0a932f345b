import { toHex } from "../codec/hex.ts";
import type { CheckedHeader } from "./manifest-checks.ts";

/** What is wrong with the chain of one agent's manifest headers. */
export interface ChainFinding {
  readonly code: "header_replayed" | "header_reordered" | "header_forked" | "header_gap" | "header_truncated";
  readonly agentId: string;
  /** The manifest sequence at which it shows. */
  readonly sequence: number;
  readonly message: string;
}

/** The newest header of an agent that this device saw. */
export interface SequencePin {
  readonly agentId: string;
  readonly sequence: number;
  readonly headerHash: string;
}

/**
 * Walks the headers of one agent in the order of their commits. Each must follow the one before: headers are kept for
 * ever, also of snapshots that were thinned, so a gap means that something is withheld.
 *
 * @param headers all headers of one agent, oldest commit first, each checked by `checkManifestHeader`
 * @param pin what was seen before; a chain that ends below it, or has another header there, was changed
 */
export function findChainBreaks(headers: readonly CheckedHeader[], pin?: SequencePin): ChainFinding[] {
  const findings: ChainFinding[] = [];
  const hashes = new Map<number, string>();
  let last: CheckedHeader | null = null;
  for (const current of headers) {
    const finding = compareWithLast(hashes, last, current);
    if (finding !== null) findings.push(finding);
    if (!hashes.has(current.header.sequence)) hashes.set(current.header.sequence, current.headerHash);
    if (last === null || current.header.sequence > last.header.sequence) last = current;
  }
  return [...findings, ...compareWithPin(hashes, pin)];
}

function compareWithLast(
  hashes: ReadonlyMap<number, string>,
  last: CheckedHeader | null,
  current: CheckedHeader,
): ChainFinding | null {
  const { sequence, previousHeaderHash } = current.header;
  const known = hashes.get(sequence);
  if (known !== undefined) {
    return known === current.headerHash
      ? report("header_replayed", current, `manifest ${sequence} is listed twice`)
      : report("header_forked", current, `there are two different manifests ${sequence}: the agent's state was copied`);
  }
  const lastSequence = last?.header.sequence ?? 0;
  if (sequence < lastSequence) {
    return report("header_reordered", current, `manifest ${sequence} is listed after ${lastSequence}`);
  }
  if (sequence > lastSequence + 1) {
    return report(
      "header_gap",
      current,
      `manifests ${lastSequence + 1} to ${sequence - 1} are missing: they are withheld or lost`,
    );
  }
  if (last !== null && toHex(previousHeaderHash) !== last.headerHash) {
    return report(
      "header_forked",
      current,
      `manifest ${sequence} does not follow the manifest ${lastSequence} listed here`,
    );
  }
  return null;
}

function compareWithPin(hashes: ReadonlyMap<number, string>, pin: SequencePin | undefined): ChainFinding[] {
  if (pin === undefined || hashes.get(pin.sequence) === pin.headerHash) return [];
  const newest = Math.max(0, ...hashes.keys());
  const { agentId, sequence } = pin;
  if (newest < sequence) {
    const message = `the list ends at manifest ${newest}, but ${sequence} was seen before: newer ones are withheld. ${ADVICE}`;
    return [{ code: "header_truncated", agentId, sequence, message }];
  }
  const message = `manifest ${sequence} is not the one seen before. ${ADVICE}`;
  return [{ code: "header_forked", agentId, sequence, message }];
}

const ADVICE = "Read from the other zone, and ask the provider";

function report(code: ChainFinding["code"], { header, agent }: CheckedHeader, what: string): ChainFinding {
  return { code, agentId: agent.agentId, sequence: header.sequence, message: `${what}. ${ADVICE}` };
}
