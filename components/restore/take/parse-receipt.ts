import { z } from "zod";

/** What the receipt's page shows of what was signed; the file has more. */
const ReceiptText = z.object({
  restoreId: z.string(),
  outcome: z.enum(["done", "failed", "cancelled"]),
  reason: z.string().nullable(),
  way: z.enum(["zip", "document", "folder"]),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  documents: z.number(),
  documentsVerified: z.number(),
  documentsFailed: z.number(),
  bytesVerified: z.number(),
  announcedBytes: z.number().nullable(),
  writtenBytes: z.number().nullable(),
  sha256: z.string().nullable(),
  snapshots: z.array(
    z.object({
      snapshotId: z.string(),
      machineName: z.string(),
      sourceName: z.string(),
      receivedAt: z.iso.datetime(),
      documents: z.number(),
      bytes: z.number(),
    }),
  ),
  missing: z.array(z.object({ machineName: z.string(), sourceName: z.string() })),
  bytesRead: z.number(),
  requests: z.number(),
  happened: z.array(z.object({ at: z.iso.datetime(), text: z.string() })),
});
export type ReceiptText = z.infer<typeof ReceiptText>;

/** @param json the text that the member's key signed */
export function parseReceipt(json: string): ReceiptText {
  return ReceiptText.parse(JSON.parse(json));
}
