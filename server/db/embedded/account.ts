import { readFile, stat } from "node:fs/promises";
import { PostgresError } from "./postgres-error.ts";

/** Who PostgreSQL runs as. `uid` is absent when it is simply the account of this process. */
export interface Account {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Accounts that packages and base systems bring along, in the order in which we take them. */
const UNPRIVILEGED_ACCOUNTS = ["postgres", "nobody"];

/**
 * PostgreSQL refuses to run as root, so root lends it an account that exists. A data folder keeps the account that it
 * was made with.
 *
 * @throws PostgresError when root finds no account to lend, or when the folder belongs to somebody else
 */
export async function chooseAccount(dataFolder: string): Promise<Account> {
  const ownUid = process.getuid?.();
  const owner = await stat(dataFolder).catch(() => undefined);
  if (ownUid !== 0) {
    if (owner && ownUid !== undefined && owner.uid !== ownUid) {
      throw new PostgresError(
        "postgres_wrong_owner",
        `${dataFolder} belongs to user number ${owner.uid}; start as that user (or as root), or choose another --data`,
      );
    }
    return { name: "this user" };
  }
  const accounts = await readAccounts();
  const kept = owner && owner.uid !== 0 ? accounts.find((account) => account.uid === owner.uid) : undefined;
  if (kept) return kept;
  for (const name of UNPRIVILEGED_ACCOUNTS) {
    const account = accounts.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (account) return account;
  }
  throw new PostgresError(
    "postgres_no_account",
    `PostgreSQL does not run as root, and there is no account ${UNPRIVILEGED_ACCOUNTS.join(" or ")} to lend it; ` +
      "create one of them, or start as an ordinary user",
  );
}

async function readAccounts(): Promise<Account[]> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
