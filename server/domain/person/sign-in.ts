import type { Viewer } from "../../../contracts/viewer.ts";
import { viewerSchema } from "../../../contracts/viewer.ts";
import { toBase64Url } from "../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../engine/codec/text.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

const TOKEN_BYTES = 32;

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly lifetimeMs: number;
}

export interface SignedIn {
  /** Shown once; the store keeps its hash. */
  readonly sessionToken: string;
  readonly expiresAt: Date;
  readonly viewer: Viewer;
}

/** Opens a session for an address and its password. @throws DomainError `wrong_credentials`, the same for both */
export async function signIn(
  deps: Pick<DomainDeps, "store" | "primitives" | "randomness" | "passwords">,
  { email, password, lifetimeMs }: SignInInput,
): Promise<SignedIn> {
  const { store, primitives, randomness, passwords } = deps;
  const person = await store.findPersonByEmail(email.trim().toLowerCase());
  if (!(await passwords.isPasswordOf(person?.passwordHash ?? null, password)) || person === null) {
    throw new DomainError("wrong_credentials", "the e-mail address or the password is wrong");
  }
  const { personId, companyId, kind, role } = person;
  const sessionToken = toBase64Url(randomness.bytes(TOKEN_BYTES));
  const tokenHash = primitives.sha256(encodeUtf8(sessionToken));
  const { expiresAt } = await store.createSession({ tokenHash, personId, companyId, lifetimeMs });
  return { sessionToken, expiresAt, viewer: viewerSchema.parse({ kind, personId, role, companyId }) };
}
