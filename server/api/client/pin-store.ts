import type { LogHead } from "../../../engine/keys/company-log-state.ts";
import type { SequencePin } from "../../../engine/keys/header-chain.ts";

/** What this device saw of a company's log. */
export interface CompanyPin {
  readonly rootFingerprint: string;
  readonly head: LogHead;
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
