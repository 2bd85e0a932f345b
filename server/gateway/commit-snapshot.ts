import { MANIFEST_MAX_BYTES } from "../../contracts/limits.ts";
import type { RunClaims } from "../auth/bulk-token.ts";
import { commitSnapshot as publishSnapshot } from "../domain/snapshot/commit-snapshot.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { readBody, requireContentLength } from "./read-body.ts";

/** Takes a manifest and answers once its snapshot is visible, or with what is missing. */
export async function commitSnapshot(exchange: Exchange<RunClaims>): Promise<void> {
  const { context, request, claims } = exchange;
  const sizeBytes = requireContentLength(request, MANIFEST_MAX_BYTES);
  const room = await context.uploads.enter(claims.companyId, { signal: exchange.signal });
  try {
    // Copied, so that the use case may keep parts of it when the room is used again.
    const manifest = Uint8Array.from(await readBody(request, room.buffer.subarray(0, sizeBytes)));
    const { snapshotId, commit, receivedAt, outcome, isRepeat } = await publishSnapshot(context.deps, claims, manifest);
    sendJson(exchange.response, isRepeat ? 200 : 201, { snapshotId, commit, receivedAt, outcome });
  } finally {
    room.release();
  }
}
