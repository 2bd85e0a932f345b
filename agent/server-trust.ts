import type { AgentHelloView } from "../contracts/agent.ts";
import { logPageView } from "../contracts/keys.ts";
import { fromBase64, toBase64, toHex } from "../engine/codec/hex.ts";
import { decodeSignedHeader, headerHashOf, verifySignedHeader } from "../engine/format/manifest.ts";
import { verifyCompanyLog } from "../engine/keys/company-log.ts";
import { getCurrentEpoch } from "../engine/keys/company-log-state.ts";
import { nodePrimitives } from "../engine/primitives/node.ts";
import type { ControlClient } from "./control-client.ts";
import { AgentError } from "./state/agent-error.ts";
import type { Identity } from "./state/identity.ts";
import type { Pins } from "./state/pins.ts";

const ASK = "stop backing up to it and ask your provider what happened";

/**
 * Compares what the server says with what this agent has seen of it, and follows the company log. A server can
 * withhold, but it cannot go back, swap keys or take a manifest away unnoticed.
 *
 * @throws AgentError `control_term_rolled_back`, `log_rolled_back`, `log_changed`, `history_rolled_back`,
 *   `history_changed`, `agent_revoked`; IntegrityError of the company log
 */
export async function followServer(
  control: ControlClient,
  identity: Identity,
  { pins, hello }: { readonly pins: Pins; readonly hello: AgentHelloView },
): Promise<Pins> {
  if (hello.controlTerm < pins.controlTerm) {
    throw new AgentError(
      "control_term_rolled_back",
      `the server speaks for term ${hello.controlTerm} of its history, and this machine has seen ${pins.controlTerm}; ${ASK}`,
    );
  }
  checkHistory(identity, pins, hello);
  const { number, hash } = hello.logHead;
  if (number < pins.logNumber) {
    throw new AgentError("log_rolled_back", `the server's company log ends before what this machine has seen; ${ASK}`);
  }
  if (number === pins.logNumber) {
    if (hash !== pins.logHash) {
      throw new AgentError("log_changed", `the server's company log is not the one that this machine has seen; ${ASK}`);
    }
    return withHistory(pins, hello);
  }
  return withHistory(await followLog(control, identity, pins), hello);
}

/**
 * Takes on a history that was begun anew and lacks this machine's newest snapshots: from here on its last one is what the server shows, so
 * that the next manifest continues that, also when this run does not get as far.
 */
function withHistory(pins: Pins, { controlTerm, lastSequence, lastHeader }: AgentHelloView): Pins {
  if (controlTerm === pins.controlTerm || lastSequence >= pins.sequence) return { ...pins, controlTerm };
  const headerHash = lastHeader === null ? "" : toHex(headerHashOf(nodePrimitives, fromBase64(lastHeader)));
  return { ...pins, controlTerm, sequence: lastSequence, headerHash };
}

async function followLog(control: ControlClient, identity: Identity, pins: Pins): Promise<Pins> {
  const { companyId, rootFingerprint, certificate } = identity;
  const objects = await fetchLog(control);
  const pin = { number: pins.logNumber, hash: pins.logHash };
  const log = verifyCompanyLog(nodePrimitives, { companyId, objects, rootFingerprint, pin });
  if (log.revocations.has(toHex(nodePrimitives.sha256(certificate)))) {
    throw new AgentError("agent_revoked", "an owner has revoked this agent; enrol the machine again with a new link");
  }
  const { epoch, companyPublicKey } = getCurrentEpoch(log, identity.scope);
  const head = { logNumber: log.head.number, logHash: log.head.hash };
  return { ...pins, ...head, epoch, companyPublicKey: toBase64(companyPublicKey) };
}

async function fetchLog(control: ControlClient): Promise<Uint8Array[]> {
  const objects: Uint8Array[] = [];
  for (;;) {
    const input = { after: objects.length - 1 };
    const page = await control.call({ procedure: "agent.log", isQuery: true, input, view: logPageView });
    if (page.statements.length === 0) return objects;
    objects.push(...page.statements.map(fromBase64));
  }
}

/** The server must show this agent's own last manifest, unless the control plane's history was begun anew since. */
function checkHistory(identity: Identity, pins: Pins, hello: AgentHelloView): void {
  const { lastSequence, lastHeader, controlTerm } = hello;
  if (lastSequence < pins.sequence && controlTerm === pins.controlTerm) {
    throw new AgentError(
      "history_rolled_back",
      `the server knows ${lastSequence} snapshots of this machine, which has sent ${pins.sequence}; ${ASK}`,
    );
  }
  if (lastSequence === 0) return;
  const changed = new AgentError(
    "history_changed",
    `the server shows another last snapshot than this machine sent; ${ASK}`,
  );
  if (lastHeader === null) throw changed;
  const signedHeader = fromBase64(lastHeader);
  verifySignedHeader(nodePrimitives, identity.sign.publicKey, signedHeader);
  if (decodeSignedHeader(signedHeader).header.sequence !== lastSequence) throw changed;
  const isPinned = lastSequence === pins.sequence && pins.headerHash !== "";
  if (isPinned && toHex(headerHashOf(nodePrimitives, signedHeader)) !== pins.headerHash) throw changed;
}

/** Number and link of the next manifest. */
export function nextInChain(hello: AgentHelloView): {
  readonly sequence: number;
  readonly previousHeaderHash: Uint8Array;
} {
  if (hello.lastHeader === null) return { sequence: 1, previousHeaderHash: new Uint8Array(32) };
  const signedHeader = fromBase64(hello.lastHeader);
  return { sequence: hello.lastSequence + 1, previousHeaderHash: headerHashOf(nodePrimitives, signedHeader) };
}
