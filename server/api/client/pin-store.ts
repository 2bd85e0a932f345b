import type { LogHead } from "../../../engine/keys/company-log-state.ts";
import type { SequencePin } from "../../../engine/keys/header-chain.ts";

/** What this device saw of a company's log. */
export interface CompanyPin {
  readonly rootFingerprint: string;
  readonly head: LogHead;
  /** The highest term that a server spoke for: of the service's history, so that one which was taken over from is refused. 0: none was seen. */
  readonly controlTerm: number;
}

/** What is known after another look: neither the log nor the term ever goes back. */
export function newerPin(before: CompanyPin | null, seen: CompanyPin): CompanyPin {
  if (before === null) return seen;
  const newer = before.head.number >= seen.head.number ? before : seen;
  return { ...newer, controlTerm: Math.max(before.controlTerm, seen.controlTerm) };
}

/**
 * What this device saw before, and never goes back behind: a file of the command line, a database of the browser. Whoever
 * keeps pins lets an older one never replace a newer one.
 */
export interface PinStore {
  /** Null on a device that never saw this company. */
  findCompany(companyId: string): Promise<CompanyPin | null>;
  rememberCompany(companyId: string, pin: CompanyPin): Promise<void>;
  /** The newest manifest header of an agent; null when none was seen. */
  findAgent(agentId: string): Promise<SequencePin | null>;
  rememberAgents(pins: readonly SequencePin[]): Promise<void>;
}
