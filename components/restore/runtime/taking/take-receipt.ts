import { toBase64 } from "../../../../engine/codec/hex.ts";
import { encodeReceiptFile, signReceipt } from "../../../../engine/keys/restore-receipt.ts";
import type { KeyPair } from "../../../../engine/ports/primitives.ts";
import type { OpenMember } from "../../../../server/api/client/open-member.ts";
import type { RestoreReceipt } from "../protocol/restore-calls.ts";
import { RestoreRefusedError } from "./restore-refused-error.ts";
import type { TakePlan } from "./take-plan.ts";
import type { TakeProgress } from "./take-progress.ts";
import type { TargetSummary } from "./take-target.ts";

export interface EndedTake {
  readonly plan: TakePlan;
  readonly progress: TakeProgress;
  readonly summary: TargetSummary | null;
}

/**
 * What a restore came to, signed by who asks for it: [Note: The receipt of a restore]. It holds counts, times and what happened, no
 * key, and no name of a document but of those that could not be restored.
 */
export function writeReceipt(member: OpenMember, ended: EndedTake): RestoreReceipt {
  const json = JSON.stringify(toReceipt(member, ended), null, 2);
  const signed = signReceipt(member.tools.primitives, signKeysOf(member), json);
  return {
    json,
    signature: toBase64(signed.signature),
    signPublicKey: toBase64(signed.signPublicKey),
    file: encodeReceiptFile(signed),
  };
}

/** Who unlocked by the recovery key has no keys of a member, but the root's. */
function signKeysOf({ owner }: OpenMember): KeyPair {
  const keys = owner.memberKeys?.sign ?? owner.root?.keys;
  if (keys) return keys;
  throw new RestoreRefusedError("receipt_unsigned", "There is no key here to sign the receipt with.");
}

function toReceipt({ owner, viewer }: OpenMember, { plan, progress, summary }: EndedTake): Record<string, unknown> {
  const view = progress.view();
  const toTime = (ms: number) => new Date(ms).toISOString();
  return {
    v: 1,
    restoreId: view.restoreId,
    companyId: owner.companyId,
    rootFingerprint: owner.log.rootFingerprint,
    memberId: owner.memberId ?? viewer.personId,
    outcome: view.state,
    reason: view.reason,
    way: view.way,
    startedAt: toTime(view.startedAtMs),
    endedAt: toTime(view.endedAtMs ?? view.startedAtMs),
    documents: view.documents,
    documentsVerified: view.documentsVerified,
    documentsFailed: view.documentsFailed,
    failed: view.failed,
    folders: plan.view.folders,
    others: plan.view.others,
    bytes: view.bytes,
    bytesVerified: view.bytesVerified,
    /** As it was announced before the first byte; the same as what was written, or the outcome is another. */
    announcedBytes: view.way === "folder" ? null : plan.view.lengthBytes,
    writtenBytes: summary?.lengthBytes ?? null,
    sha256: summary?.sha256 ?? null,
    snapshots: plan.view.snapshots.map(({ receivedAtMs, ...snapshot }, at) => ({
      ...snapshot,
      receivedAt: toTime(receivedAtMs),
      machineId: plan.parts[at]?.machineId,
      sourceId: plan.parts[at]?.sourceId,
    })),
    missing: plan.view.missing,
    notHeld: view.way === "zip" ? plan.view.notHeld : [],
    bytesRead: view.bytesRead,
    requests: view.requests,
    packsByZone: view.packsByZone,
    packsReplaced: view.packsReplaced,
    happened: view.notes.map(({ atMs, text }) => ({ at: toTime(atMs), text })).reverse(),
  };
}
