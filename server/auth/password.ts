import { hash, verify } from "@node-rs/argon2";

/** OWASP's lowest advice with room: 64 MiB and 3 passes take about 100 ms; login passwords guard no key. */
const COST = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 1 };

/** Of no account: compared when the e-mail is unknown, so that both answers take the same time. */
let absentHash: Promise<string> | undefined;

/** Argon2id in PHC form, with its own salt and cost. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"), COST);
}

/** True when `password` is the one that was hashed; with no hash it takes as long and says no. */
export async function isPasswordOf(passwordHash: string | null, password: string): Promise<boolean> {
  absentHash ??= hashPassword("no account has this one");
  const isEqual = await verify(passwordHash ?? (await absentHash), password.normalize("NFKC"));
  return passwordHash !== null && isEqual;
}
