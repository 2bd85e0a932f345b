import { agentSourceView } from "../../contracts/agent.ts";
import { fromBase64, toBase64, toHex } from "../../engine/codec/hex.ts";
import { signSourceDefinition } from "../../engine/keys/source-definition.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { ControlClient } from "../control-client.ts";
import { newId } from "../new-id.ts";
import { codeOf } from "../retry.ts";
import type { Identity } from "../state/identity.ts";
import { type KnownSource, keepSource, listSources } from "../state/sources.ts";
import type { StateFolder } from "../state/state-folder.ts";
import { resolvePaths } from "./open-source.ts";

export interface SourceWish {
  /** As given; relative ones from the working folder. */
  readonly paths: readonly string[];
  readonly name?: string | undefined;
  readonly excludes: readonly string[];
}

/** Definitions that the server may have and this state folder does not know of, after a crash or a restored folder. */
const MAX_CONFLICTS = 64;

/**
 * Finds the source that is meant, or makes it: the one of that name, or the one of exactly these paths. The server gets
 * its definition when it is new or differs from the last one.
 *
 * @throws AgentError `path_not_found`
 */
export async function chooseSource(
  { state, identity, control }: { state: StateFolder; identity: Identity; control: ControlClient },
  wish: SourceWish,
  companyPublicKey: Uint8Array,
): Promise<KnownSource> {
  const paths = [...new Set((await resolvePaths(wish.paths)).map(toBase64))].sort();
  const known = listSources(state);
  const found = known.find((source) =>
    wish.name === undefined
      ? !source.isNamed && isEqual(source.paths, paths)
      : source.isNamed && source.name === wish.name,
  );
  if (
    found !== undefined &&
    found.number > 0 &&
    isEqual(found.paths, paths) &&
    isEqual(found.excludes, wish.excludes)
  ) {
    return found;
  }
  const ordinal = 1 + known.reduce((highest, source) => Math.max(highest, source.ordinal), 0);
  const name = wish.name ?? paths.map((path) => Buffer.from(fromBase64(path)).toString()).join(", ");
  const fresh = { sourceId: newId(), ordinal, number: 0, name, isNamed: wish.name !== undefined };
  const source: KnownSource = { ...(found ?? fresh), paths, excludes: [...wish.excludes] };
  // Known before the server hears of it, so that a crash in between makes no second source of it.
  if (found === undefined) keepSource(state, source);
  const defined = await define(control, identity, source, companyPublicKey);
  keepSource(state, defined);
  return defined;
}

async function define(
  control: ControlClient,
  identity: Identity,
  source: KnownSource,
  companyPublicKey: Uint8Array,
): Promise<KnownSource> {
  let next = { ...source, number: source.number + 1 };
  for (let conflicts = 0; ; conflicts++) {
    const definition = toBase64(encodeDefinition(identity, next, companyPublicKey));
    try {
      const call = { procedure: "agent.putSource", input: { definition }, view: agentSourceView };
      await control.call(call, { except: ["source_conflict"] });
      return next;
    } catch (error) {
      if (codeOf(error) !== "source_conflict" || conflicts >= MAX_CONFLICTS) throw error;
      // A source that the server never had takes the next ordinal by turns with the next number.
      const isOrdinal = source.number === 0 && conflicts % 2 === 0;
      next = isOrdinal ? { ...next, ordinal: next.ordinal + 1 } : { ...next, number: next.number + 1 };
    }
  }
}

function encodeDefinition(identity: Identity, source: KnownSource, companyPublicKey: Uint8Array): Uint8Array {
  const { sourceId, number, ordinal, name, paths, excludes } = source;
  const { companyId, machineId, certificate, sign, box } = identity;
  return signSourceDefinition(nodePrimitives, {
    companyId,
    machineId,
    sourceId,
    number,
    ordinal,
    secret: { name, paths: paths.map(fromBase64), excludes },
    companyPublicKey,
    agent: {
      certHash: toHex(nodePrimitives.sha256(certificate)),
      signSecretKey: sign.secretKey,
      boxPublicKey: box.publicKey,
    },
  });
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
