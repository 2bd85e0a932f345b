import type { SessionViewerView } from "../../../contracts/session.ts";
import type { MemberViewer } from "../../../contracts/viewer.ts";
import type { ReaderKeys } from "../../../engine/restore/restore-keys.ts";
import { openSharedPages } from "../../../engine/restore/shared-pages.ts";
import { SnapshotReader } from "../../../engine/restore/snapshot-reader.ts";
import type { OpenMember } from "../../../server/api/client/open-member.ts";
import { createPortalClient, type PortalClient } from "../../../server/api/client/portal-client.ts";
import { BulkTokens } from "./bulk-tokens.ts";
import { FetchPackSource } from "./fetch-pack-source.ts";
import type { VaultEvent } from "./protocol/vault-protocol.ts";

/** Snapshots that are looked at side by side: the one shown, the one before it, and the versions of a document. */
const MAX_READERS = 8;

/** What stands open while the vault is unlocked; gone, with all that it knows, when it locks. */
export interface OpenVault {
  readonly member: OpenMember;
  readonly keys: ReaderKeys;
  readonly source: FetchPackSource;
  /** Aborted when the vault locks. */
  readonly signal: AbortSignal;
  /** A snapshot's reader; the last few are kept, and all of them share the pages that they read. */
  openSnapshot(snapshotId: string): Promise<SnapshotReader>;
}

/** A call that needs keys, while there are none. */
export class VaultLockedError extends Error {
  readonly code = "vault_locked";
  readonly retryable = false;

  constructor() {
    super("The vault is locked. Unlock it to see names and to restore.");
  }
}

/** The one place of the worker that holds keys. Everything else asks it for what is open now. */
export class VaultRoom {
  readonly client: PortalClient = createPortalClient({ portalUrl: "" });
  readonly #listeners = new Set<(event: VaultEvent) => void>();
  readonly #onLock = new Set<() => void>();
  #open: (OpenVault & { readonly close: AbortController }) | null = null;

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** @throws VaultLockedError */
  requireOpen(): OpenVault {
    if (this.#open === null) throw new VaultLockedError();
    return this.#open;
  }

  open(member: OpenMember): void {
    this.close();
    const close = new AbortController();
    const keys: ReaderKeys = { ...member.owner, ...member.trust };
    const tokens = new BulkTokens(() => member.client.restores.open.mutate({}));
    const source = new FetchPackSource({ getToken: (isRefused) => tokens.get(isRefused), signal: close.signal });
    this.#open = {
      member,
      keys,
      source,
      signal: close.signal,
      close,
      openSnapshot: keepReaders({ member, keys, source }),
    };
  }

  /** The same keys with a log that went on, or with agents that are new; what reads goes on. */
  renew(member: OpenMember): void {
    if (this.#open === null) return;
    const { source } = this.#open;
    const keys: ReaderKeys = { ...member.owner, ...member.trust };
    this.#open = { ...this.#open, member, keys, openSnapshot: keepReaders({ member, keys, source }) };
  }

  /** Forgets keys and readers; whoever keeps names or indexes forgets them, too. */
  close(): void {
    this.#open?.close.abort(new VaultLockedError());
    this.#open = null;
    for (const forget of this.#onLock) forget();
  }

  /** For rooms that keep something of an open vault. */
  onLock(forget: () => void): void {
    this.#onLock.add(forget);
  }

  tell(event: VaultEvent): void {
    for (const listen of this.#listeners) listen(event);
  }

  onEvent(listen: (event: VaultEvent) => void): void {
    this.#listeners.add(listen);
  }

  /** @throws the portal's errors; null for a visitor and for staff */
  async findMember(): Promise<{
    readonly session: NonNullable<SessionViewerView>;
    readonly viewer: MemberViewer;
  } | null> {
    const session = await this.client.session.viewer.query();
    return session?.viewer.kind === "member" ? { session, viewer: session.viewer } : null;
  }
}

function keepReaders({
  member,
  keys,
  source,
}: Pick<OpenVault, "member" | "keys" | "source">): OpenVault["openSnapshot"] {
  const { primitives } = member.tools;
  const shared = openSharedPages({ source, primitives, keys });
  const readers = new Map<string, Promise<SnapshotReader>>();
  return (snapshotId) => {
    const reader = readers.get(snapshotId) ?? SnapshotReader.open({ source, primitives, keys, shared }, snapshotId);
    // Newest last; a reader that could not be opened is asked for anew.
    readers.delete(snapshotId);
    readers.set(snapshotId, reader);
    reader.catch(() => readers.delete(snapshotId));
    const [oldest] = readers.keys();
    if (readers.size > MAX_READERS && oldest !== undefined) readers.delete(oldest);
    return reader;
  };
}
