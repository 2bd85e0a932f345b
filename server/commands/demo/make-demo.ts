import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join, relative } from "node:path";
import { z } from "zod";
import { createCompany } from "../../api/client/create-company.ts";
import { createEnrolment } from "../../api/client/create-enrolment.ts";
import { draftKeys, sendKeys } from "../../api/client/create-keys.ts";
import { createPassword } from "../../platform/secrets.ts";
import { openSession } from "../owner/open-session.ts";
import { nodeKeyTools, openOwnerSession } from "../owner/owner-session.ts";
import type { StartOptions } from "../supervisor/start-options.ts";
import { type DemoProgress, findDemo, findDemoProgress, saveDemo, saveDemoProgress } from "./demo-record.ts";
import type { ProviderAccess } from "./open-provider.ts";
import { runAgent } from "./run-agent.ts";

export interface DemoContext {
  readonly options: StartOptions;
  /** Where this machine reaches the service. */
  readonly localUrl: string;
  readonly provider: ProviderAccess;
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

const PROVIDER_NAME = "Demo Provider";
const COMPANY_NAME = "Demo Company";
const STAFF_EMAIL = "staff@provider.example";
/** The link is used at once. */
const LINK_TTL_MS = 60 * 60 * 1000;
/** Left out of the default sample: packages, builds, the history, and what the service itself keeps. */
const NOT_SAMPLED = ["node_modules", ".git", ".next", "data", "data-agent"];

type Company = NonNullable<DemoProgress["company"]>;

/**
 * Makes the demo of an empty data folder, step by step as real people would with their own clients: staff create a company,
 * its owner makes the keys, a link enrols this computer, its agent backs up. Goes on where an interrupted start stopped.
 *
 * @returns false when there is nothing to make: the demo exists, or the service belongs to somebody
 */
export async function makeDemo(context: DemoContext): Promise<boolean> {
  const { dataFolder } = context.options;
  const found = await findDemoProgress(dataFolder);
  if ((await findDemo(dataFolder)) !== null || (found === null && context.provider.hasStaff)) return false;
  context.tell("making a demo: a company, its keys, this computer as its first machine, and a first backup");
  let progress = found ?? {};
  const keep = async (next: DemoProgress) => {
    progress = next;
    await saveDemoProgress(dataFolder, next);
  };
  const staff = progress.staff ?? { email: STAFF_EMAIL, password: createPassword() };
  await keep({ ...progress, staff });
  if (!context.provider.hasStaff) await context.provider.createFirstStaff({ ...staff, providerName: PROVIDER_NAME });
  const company = progress.company ?? (await makeCompany(context, staff));
  await keep({ ...progress, company });
  const machineId = progress.machineId ?? (await enrolThisMachine(context, company));
  await keep({ ...progress, machineId });
  await backUpSample(context);
  const { owner, companyId } = company;
  await saveDemo(dataFolder, { portalUrl: context.options.publicUrl, staff, owner, companyId, machineId });
  return true;
}

async function makeCompany(context: DemoContext, staff: { email: string; password: string }): Promise<Company> {
  const { client } = await openSession(clientEnv(context, staff));
  const portalUrl = context.localUrl;
  // A start that was interrupted between invitation and keys left a company without an owner, whose address is taken.
  const companies = await client.companies.list.query({});
  const attempt = companies.rows.length + 1;
  const ownerEmail = attempt === 1 ? "owner@demo.example" : `owner${attempt}@demo.example`;
  const { link } = await createCompany(nodeKeyTools, client, { portalUrl, name: COMPANY_NAME, ownerEmail });
  const password = createPassword();
  const created = await draftKeys(nodeKeyTools, { link, password });
  await sendKeys(created);
  return {
    companyId: created.companyId,
    owner: {
      email: created.email,
      password,
      passphrase: created.passphrase,
      recoveryKey: created.recoveryKeyWords,
    },
  };
}

async function enrolThisMachine(context: DemoContext, { owner }: Company): Promise<string> {
  const session = await openOwnerSession({
    env: { ...clientEnv(context, owner), HOLDFAST_PASSPHRASE: owner.passphrase },
    tell: () => undefined,
  });
  const expiresAt = new Date(Date.now() + LINK_TTL_MS);
  const { link } = await createEnrolment(nodeKeyTools, session, { expiresAt, machineName: hostname() });
  const state = agentState(context.options);
  // An agent of an earlier demo, whose data folder was deleted, keeps its identity, but out of the way.
  if (existsSync(state)) await rename(state, `${state}.${Date.now()}`);
  const args = ["enrol", link, "--name", hostname(), "--state", state];
  const { last } = await runAgent(context.options.projectRoot, args, context.signal);
  const { machineId } = z.object({ machineId: z.string() }).parse(last);
  // No agent stays running for the demo, and what nobody follows must not be called missed.
  const paused = { timing: null, jitterSeconds: null, catchUpMinutes: null, isPaused: true };
  const owned = await openSession(clientEnv(context, owner));
  await owned.client.schedules.put.mutate({ subject: { level: "machine", machineId }, settings: paused });
  return machineId;
}

async function backUpSample({ options, signal }: DemoContext): Promise<void> {
  const { projectRoot, dataFolder } = options;
  const sample = options.sample ?? projectRoot;
  const inside = relative(projectRoot, dataFolder);
  const leftOut = inside.startsWith("..") ? NOT_SAMPLED : [...NOT_SAMPLED, inside, `${inside}-agent`];
  const excludes =
    options.sample === null ? leftOut.flatMap((name) => ["--exclude", toPattern(join(projectRoot, name))]) : [];
  const args = ["backup", sample, "--source", basename(sample), "--state", agentState(options), ...excludes];
  await runAgent(projectRoot, args, signal);
}

/** A pattern that matches this one path, whatever is in its name. */
function toPattern(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|]/g, "\\$&");
}

/** Beside the data folder, because the agent belongs to the customer and not to the service. */
function agentState({ dataFolder }: StartOptions): string {
  return process.env.HOLDFAST_DEMO_AGENT_STATE ?? `${dataFolder}-agent`;
}

function clientEnv(context: DemoContext, person: { email: string; password: string }): NodeJS.ProcessEnv {
  return {
    NODE_ENV: process.env.NODE_ENV,
    HOLDFAST_PORTAL: context.localUrl,
    HOLDFAST_EMAIL: person.email,
    HOLDFAST_PASSWORD: person.password,
    HOLDFAST_CLIENT_STATE: join(context.options.dataFolder, "secrets", "demo-client.json"),
  };
}
