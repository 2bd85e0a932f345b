import type { MemberViewer, StaffViewer } from "../../contracts/viewer.ts";
import type { AgentRow } from "../domain/store/key-store.ts";
import type { ApiDeps } from "./api-deps.ts";

/** Who is behind a request, after everything that it shows was checked. */
export type Caller =
  | { readonly kind: "visitor" }
  | { readonly kind: "agent"; readonly agent: AgentRow }
  | { readonly kind: "staff"; readonly viewer: StaffViewer; readonly email: string }
  | { readonly kind: "member"; readonly viewer: MemberViewer; readonly email: string };

/** What every procedure starts from. */
export interface ApiContext {
  readonly deps: ApiDeps;
  readonly headers: Headers;
  readonly clientAddress: string;
  /** Checks the credentials at the first call; later ones answer the same. @throws errors with a stable code */
  readonly authenticate: () => Promise<Caller>;
  /** Checks them anew, for what goes on after its request was let in. @throws errors with a stable code */
  readonly authenticateAgain: () => Promise<Caller>;
}
