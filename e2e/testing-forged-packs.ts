import { concatBytes } from "../engine/codec/hex.ts";
import { signSlot } from "../engine/format/slot.ts";
import { encodeTreePage } from "../engine/format/tree-page.ts";
import { nodePrimitives } from "../engine/primitives/node.ts";
import { newId } from "../server/platform/ids.ts";
import { newMember, sealPack } from "../server/testing/company-world.ts";
import { emptyChangeList, type Intruder, type IntruderRun } from "./testing-intruder.ts";

/** A good pack of the run, and what can be wrong with one although its name fits its bytes. */
export function forgePacks(
  run: IntruderRun,
  rivalAgent: Intruder,
): { bytes: Uint8Array; forged: [string, Uint8Array][] } {
  const { world } = run.intruder;
  const page = newMember(world, 2, encodeTreePage({ type: "directory-leaf", entries: [] }));
  const { bytes } = sealPack(run.seal, "meta", [emptyChangeList(world), page]);
  const change = (at: number, value: number) => {
    const changed = Uint8Array.from(bytes);
    changed[at < 0 ? changed.length + at : at] = value;
    return changed;
  };
  const directory = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 16, true);
  const sealAs = (slot: typeof run.seal.slot, companyId = world.companyId) =>
    sealPack({ ...run.seal, slot, world: { ...world, companyId } }, "meta", [page]).bytes;
  const sign = (wrong: Partial<typeof run.slotToSign>, key = world.signKeys.secretKey) =>
    signSlot(nodePrimitives, key, { ...run.slotToSign, ...wrong });
  const rivalKey = rivalAgent.identity.sign.secretKey;
  const forged: [string, Uint8Array][] = [
    ["truncated", bytes.slice(0, -10)],
    ["only a header", bytes.slice(0, 32)],
    ["another magic", change(0, 0)],
    ["a flipped footer", change(-16, (bytes[bytes.length - 16] ?? 0) ^ 1)],
    ["a frame more", change(directory, 3)],
    ["another slot number", change(directory + 4, 9)],
    ["bytes behind its end", concatBytes(bytes, new Uint8Array(5))],
    ["another scope", change(24, 1)],
    ["another company", sealAs(sign({ companyId: rivalAgent.world.companyId }), rivalAgent.world.companyId)],
    ["a slot signed for another company", sealAs(sign({ companyId: rivalAgent.world.companyId }))],
    ["a slot of another run", sealAs(sign({ runId: newId() }))],
    ["a slot that somebody else signed", sealAs(sign({}, rivalKey))],
    ["a slot of somebody else", sealAs(sign({ agentCertHash: rivalAgent.world.certHash }, rivalKey))],
  ];
  return { bytes, forged };
}
