import { join } from "node:path";
import pg from "pg";
import { expectCommand, restoreCodes, superuserUrl } from "./product.ts";
import { CHANGE_DAYS, FIRST_DAYS, type SampleCompany } from "./sample-company.ts";
import type { Office } from "./sights-onboarding.ts";

/** Machines, and two months of snapshots. What the agents do is real; only when it was is moved back, in the database. */
export async function giveHistory(office: Office, sample: SampleCompany): Promise<void> {
  const { product } = office;
  const files = office.firstAgent;
  const accounts = await enrol(office, "acct-pc");
  const history = new pg.Client({ connectionString: superuserUrl(product) });
  await history.connect();
  // The database lets nobody move a snapshot in time while its triggers hold; only its owner can put them aside.
  await history.query("set session_replication_role = replica");
  try {
    await moveBack(history, FIRST_DAYS);
    for (const [at, daysAgo] of CHANGE_DAYS.entries()) {
      sample.writeChange(at);
      await backUp(files, sample.projects, "Projects");
      await moveBack(history, daysAgo - 1 / 24);
      if (at % 3 !== 0) continue;
      await backUp(accounts, sample.accounts, "Accounts");
      await moveBack(history, daysAgo - 1 / 12);
    }
    const desk = await enrol(office, "front-desk");
    await backUp(desk, sample.desk, "Desk");
  } finally {
    await history.end();
  }
}

async function enrol({ product, owner }: Office, name: string): Promise<string> {
  const env = {
    HOLDFAST_PORTAL: product.url,
    HOLDFAST_EMAIL: owner.email,
    HOLDFAST_PASSWORD: owner.password,
    HOLDFAST_PASSPHRASE: owner.passphrase,
    HOLDFAST_CLIENT_STATE: join(product.folder, "owner-client.json"),
  };
  const { last } = await expectCommand(["enrolments", "create", "--json"], env);
  const state = join(product.folder, `agent-${name}`);
  await expectCommand(["agent", "enrol", String(last.link), "--name", name, "--state", state, "--json"]);
  return state;
}

async function backUp(state: string, path: string, source: string): Promise<void> {
  await expectCommand(["agent", "backup", path, "--source", source, "--state", state, "--json"], {}, restoreCodes);
}

/** Dates the newest run and its snapshot back. */
async function moveBack(client: pg.Client, daysAgo: number): Promise<void> {
  const newest = "(select run_id from snapshot order by commit desc limit 1)";
  const back = `interval '1 day' * ${daysAgo}`;
  await client.query(
    `update run set started_at = started_at - ${back}, ended_at = ended_at - ${back} where run_id = ${newest}`,
  );
  await client.query(`update snapshot set received_at = received_at - ${back} where run_id = ${newest}`);
}
