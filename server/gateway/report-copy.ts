import { z } from "zod";
import { packIdSchema, zoneIdSchema } from "../../contracts/ids.ts";
import type { RestoreClaims } from "../auth/bulk-token.ts";
import { reportBadCopy } from "../domain/pack/report-bad-copy.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { readBody, requireContentLength } from "./read-body.ts";

const REPORT_MAX_BYTES = 4_096;

const Report = z.strictObject({
  packId: packIdSchema,
  zoneId: zoneIdSchema,
  frame: z.number().int().nonnegative().nullable(),
  code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
});

/** A reader could not open a frame of this copy: it becomes suspect and is checked; nothing is deleted on a reader's word. */
export async function reportCopy(exchange: Exchange<RestoreClaims>): Promise<void> {
  const { context, claims, request } = exchange;
  const sizeBytes = requireContentLength(request, REPORT_MAX_BYTES);
  const report = parseReport(await readBody(request, new Uint8Array(sizeBytes)));
  await reportBadCopy(context.deps, claims.companyId, report);
  context.packRows.forget(claims.companyId, report.packId);
  sendJson(exchange.response, 202, {});
}

function parseReport(bytes: Uint8Array): z.infer<typeof Report> {
  try {
    return Report.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new GatewayError("bad_input", "a report is JSON with packId, zoneId, frame and code");
  }
}
