import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { toHex } from "../../../engine/codec/hex.ts";
import { parseReceiptFile, verifyReceipt } from "../../../engine/keys/restore-receipt.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { ClientError } from "./client-error.ts";
import { parseCommandInput, print } from "./command-input.ts";
import { openOwnerSession } from "./owner-session.ts";

const Input = z.object({ file: z.string(), of: z.string().optional(), json: z.boolean().default(false) });
/** What is read of it here; the rest is for people. */
const Receipt = z.object({
  restoreId: z.string(),
  outcome: z.string(),
  documents: z.number(),
  documentsVerified: z.number(),
  writtenBytes: z.number().nullable(),
  sha256: z.string().nullable(),
});

/** `holdfast verify-receipt`: whether a receipt is as a member of the company signed it, and whether a file is the one it is about. */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { file, of, json: isJson } = parseCommandInput(Input, input);
  const signed = parseReceiptFile(await readFile(file, "utf8"));
  const session = await openOwnerSession();
  const check = verifyReceipt(nodePrimitives, signed, session.owner.log);
  if (check.kind !== "genuine") {
    const why = check.kind === "changed" ? "it was changed" : "the company log does not name who signed it";
    throw new ClientError("receipt_not_genuine", `${file} is no receipt of this company: ${why}`);
  }
  const receipt = Receipt.parse(JSON.parse(signed.json));
  if (of !== undefined) await requireSameFile(of, receipt);
  const { restoreId, outcome, documents, documentsVerified } = receipt;
  const who = check.signer === "member" ? `member ${check.memberId}` : "the recovery key";
  const line = `genuine, signed by ${who}: ${documentsVerified} of ${documents} documents verified, ${outcome}`;
  print(isJson, { file, ...check, restoreId, outcome, documents, documentsVerified }, line);
  return 0;
}

async function requireSameFile(path: string, { writtenBytes, sha256 }: z.infer<typeof Receipt>): Promise<void> {
  const hash = nodePrimitives.sha256Start();
  for await (const piece of createReadStream(path)) hash.update(piece);
  const { size } = await stat(path);
  if (size === writtenBytes && toHex(hash.digest()) === sha256) return;
  throw new ClientError("receipt_of_other_file", `${path} is not the file that the receipt is about`);
}
