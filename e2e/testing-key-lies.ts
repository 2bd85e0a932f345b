import type { KeysView } from "../contracts/keys.ts";
import { toBase64 } from "../engine/codec/hex.ts";
import { sealTo } from "../engine/keys/sealed-box.ts";
import { nodePrimitives, nodeRandomness } from "../engine/primitives/node.ts";
import type { Product } from "./product.ts";
import { queryAll } from "./testing-evidence.ts";
import type { Rival } from "./testing-rival.ts";

/** Genuine objects of a company that has another root. */
export type RivalKeys = Pick<KeysView, "log" | "wraps">;

/** What a server can make of the keys that it serves to a member, and how that has to be called. */
export interface KeyLie {
  readonly what: string;
  readonly change: (view: KeysView) => Partial<KeysView>;
  readonly code: string;
}

export async function readRivalKeys(product: Product, { companyId }: Rival): Promise<RivalKeys> {
  const keysOf = async (kind: string) => {
    const text = "select bytes from key_object where company_id = $1 and kind = $2 order by number";
    return (await queryAll(product, text, [companyId, kind])).map(({ bytes }) => toBase64(parseBytes(bytes)));
  };
  return { log: await keysOf("log"), wraps: await keysOf("wrap") };
}

export function lieAboutKeys(rival: RivalKeys): readonly KeyLie[] {
  const secret = nodeRandomness.bytes(32);
  const swapWrap = (wraps: string[], log: string[]) =>
    wraps.map((text) => {
      const wrap = JSON.parse(Buffer.from(text, "base64").toString());
      if (wrap.purpose !== "company-secret" || wrap.to === "recovery") return text;
      const publicKey = boxKeyOf(log, wrap.to);
      const sealed = toBase64(sealTo(nodePrimitives, { publicKey, purpose: "company-secret", secret }));
      return Buffer.from(JSON.stringify({ ...wrap, sealed })).toString("base64");
    });
  return [
    {
      what: "a company secret of its own",
      change: ({ wraps, log }) => ({ wraps: swapWrap(wraps, log) }),
      code: "wrap_swapped",
    },
    { what: "another company's wraps", change: () => ({ wraps: rival.wraps }), code: "wrap_missing" },
    { what: "another company's log", change: () => ({ log: rival.log }), code: "log_other_company" },
    {
      what: "a changed statement",
      change: ({ log }) => ({ log: log.with(1, backdate(log[1] ?? "")) }),
      code: "log_forged",
    },
    {
      what: "a history that was taken over from",
      change: () => ({ controlTerm: 0 }),
      code: "control_term_rolled_back",
    },
    { what: "an older log", change: ({ log }) => ({ log: log.slice(0, -1) }), code: "log_truncated" },
    {
      what: "statements in another order",
      change: ({ log }) => ({ log: log.with(1, log[2] ?? "").with(2, log[1] ?? "") }),
      code: "log_gap",
    },
  ];
}

/** A signed statement with another time in it. */
export function backdate(base64: string): string {
  const text = Buffer.from(base64, "base64").toString("latin1");
  return Buffer.from(text.replace(/"at":"2/, '"at":"1'), "latin1").toString("base64");
}

function boxKeyOf(log: readonly string[], memberId: string): Uint8Array {
  for (const object of log) {
    const bytes = Buffer.from(object, "base64");
    const { statement } = JSON.parse(bytes.subarray(4, 4 + bytes.readUInt32LE(0)).toString());
    if (statement.kind === "member" && statement.memberId === memberId)
      return Buffer.from(statement.boxPublicKey, "base64");
  }
  throw new Error(`the log names no member ${memberId}`);
}

function parseBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error("the column holds no bytes");
  return value;
}
