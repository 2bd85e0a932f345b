import { join } from "node:path";
import { AgentError } from "./agent-error.ts";
import { findFile, replaceFile, type StateFolder } from "./state-folder.ts";

/**
 * What this agent has seen of the server and never goes back behind, and the keys that followed from it. In `identity/`,
 * because a server could otherwise wait for the cache to be deleted.
 */
export interface Pins {
  /** The newest statement of the company log that was verified. */
  readonly logNumber: number;
  /** Hex. */
  readonly logHash: string;
  /** Of the control plane's history. */
  readonly controlTerm: number;
  /** The last own manifest that was committed; 0 before the first. */
  readonly sequence: number;
  /** Of that manifest's header, hex; empty before the first. */
  readonly headerHash: string;
  /** Current epoch, from the verified log. */
  readonly epoch: number;
  /** What data keys are sealed to, base64. */
  readonly companyPublicKey: string;
}

const FILE = "pins.json";

/** @throws AgentError `identity_damaged` */
export function getPins(state: StateFolder): Pins {
  const path = join(state.identity, FILE);
  const bytes = findFile(path);
  const pins = bytes === undefined ? undefined : parsePins(bytes);
  if (pins === undefined) throw new AgentError("identity_damaged", `${path} cannot be read; enrol this machine again`);
  return pins;
}

export function keepPins(state: StateFolder, pins: Pins): void {
  replaceFile(join(state.identity, FILE), Buffer.from(`${JSON.stringify(pins, null, 1)}\n`));
}

function parsePins(bytes: Buffer): Pins | undefined {
  try {
    const json = JSON.parse(bytes.toString("utf8")) as Partial<Pins>;
    const numbers = [json.logNumber, json.controlTerm, json.sequence, json.epoch];
    const texts = [json.logHash, json.headerHash, json.companyPublicKey];
    const isWhole = numbers.every(Number.isSafeInteger) && texts.every((text) => typeof text === "string");
    return isWhole ? (json as Pins) : undefined;
  } catch {
    return undefined;
  }
}
