import { HttpPackSource } from "../../../agent/restore/http-pack-source.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import type { ReaderKeys } from "../../../engine/restore/restore-keys.ts";
import { SnapshotReader } from "../../../engine/restore/snapshot-reader.ts";
import { type OwnerSession, openOwnerSession } from "./owner-session.ts";

/** An unlocked member with the gateway's read side open. */
export interface Reading {
  readonly session: OwnerSession;
  readonly source: HttpPackSource;
  readonly keys: ReaderKeys;
  /** A token for further connections. @param isRefused whether the last one is no longer taken */
  getBulkToken(isRefused: boolean): Promise<string>;
  openSnapshot(snapshotId: string): Promise<SnapshotReader>;
  close(): void;
}

/** A token that ends sooner is not handed out any more: a request may wait in line. */
const LEAST_LEFT_MS = 60_000;

/** @throws what `openOwnerSession` throws */
export async function openReading(): Promise<Reading> {
  const session = await openOwnerSession();
  const getBulkToken = keepToken(session);
  const source = new HttpPackSource({ origin: session.portalUrl, getToken: getBulkToken });
  const keys: ReaderKeys = { ...session.owner, ...session.trust };
  return {
    session,
    source,
    keys,
    getBulkToken,
    openSnapshot: (snapshotId) => SnapshotReader.open({ source, primitives: nodePrimitives, keys }, snapshotId),
    close: () => source.close(),
  };
}

/** One token for all; whoever finds it refused first has it replaced, and the others wait for that. */
function keepToken(session: OwnerSession): Reading["getBulkToken"] {
  let opened: ReturnType<OwnerSession["openRestore"]> | null = null;
  let openedAtMs = 0;
  return async (isRefused) => {
    // Several connections hear of one refusal; a token this young is the answer to it.
    const isFresh = performance.now() - openedAtMs < FRESH_MS;
    if (opened === null || (isRefused && !isFresh)) {
      openedAtMs = performance.now();
      opened = session.openRestore();
    }
    const { bulkToken, expiresAt } = await opened;
    if (expiresAt.getTime() - Date.now() > LEAST_LEFT_MS || isFresh) return bulkToken;
    openedAtMs = performance.now();
    opened = session.openRestore();
    return (await opened).bulkToken;
  };
}

const FRESH_MS = 5_000;
