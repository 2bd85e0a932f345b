import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { SequencePin } from "../../../engine/keys/header-chain.ts";
import { type CompanyPin, newerPin, type PinStore } from "../../api/client/pin-store.ts";
import { ClientError } from "./client-error.ts";
import type { Environment } from "./environment.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const SessionEntry = z.strictObject({
  portalUrl: z.string(),
  email: z.string(),
  sessionToken: z.string(),
  expiresAt: z.iso.datetime(),
});

/** What this device saw of a company: it never goes back behind it. */
const CompanyPinEntry = z.strictObject({
  rootFingerprint: hash,
  head: z.strictObject({ number: z.int().min(0), hash }),
  /** Absent in what was written before terms were kept. */
  controlTerm: z.int().min(0).default(0),
});

const ClientState = z.strictObject({
  v: z.literal(1),
  /** The newest sign-in comes last. */
  sessions: z.array(SessionEntry),
  companies: z.record(z.string(), CompanyPinEntry),
  /** By agent: the newest manifest header. */
  agents: z.record(z.string(), z.strictObject({ sequence: z.int().min(1), headerHash: hash })),
});

export type SessionEntry = z.infer<typeof SessionEntry>;
export type ClientState = z.infer<typeof ClientState>;

const EMPTY: ClientState = { v: 1, sessions: [], companies: {}, agents: {} };

/** Where sessions and pins of this user lie: `HOLDFAST_CLIENT_STATE`, else `holdfast/client.json` in the config folder. */
export function clientStatePath(env: Environment): string {
  if (env.HOLDFAST_CLIENT_STATE) return env.HOLDFAST_CLIENT_STATE;
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "holdfast", "client.json");
}

/** @throws ClientError `client_state_damaged` */
export async function readClientState(path: string): Promise<ClientState> {
  const text = await readIfPresent(path);
  if (text === null) return EMPTY;
  try {
    return ClientState.parse(JSON.parse(text));
  } catch (cause) {
    throw new ClientError(
      "client_state_damaged",
      `${path} cannot be read as this program's state. Move it away and sign in again: this computer then forgets which company keys it saw before`,
      { cause },
    );
  }
}

/**
 * Changes the state. A reader sees the old or the new state, whole; two programs that change it at one moment may lose
 * one of the changes, which costs a sign-in or leaves an older pin.
 */
export async function updateClientState(path: string, change: (state: ClientState) => ClientState): Promise<void> {
  const next = change(await readClientState(path));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  try {
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(next, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Remembers a sign-in in place of older ones of the same person, and forgets what has ended. */
export function withSession(state: ClientState, session: SessionEntry, now: Date): ClientState {
  const others = state.sessions.filter(
    ({ portalUrl, email, expiresAt }) =>
      !(portalUrl === session.portalUrl && email === session.email) && new Date(expiresAt) > now,
  );
  return { ...state, sessions: [...others, session] };
}

/** Remembers what was seen of a company; nothing older ever replaces what is newer. */
export function withPin(state: ClientState, companyId: string, pin: CompanyPin): ClientState {
  const kept = newerPin(state.companies[companyId] ?? null, pin);
  return { ...state, companies: { ...state.companies, [companyId]: kept } };
}

/** Remembers the newest headers of agents; an older one never replaces a newer one. */
export function withSequencePins(state: ClientState, pins: readonly SequencePin[]): ClientState {
  const agents = { ...state.agents };
  for (const { agentId, sequence, headerHash } of pins) {
    if ((agents[agentId]?.sequence ?? 0) < sequence) agents[agentId] = { sequence, headerHash };
  }
  return { ...state, agents };
}

/** The pins of this user, in the same file. */
export function filePins(path: string): PinStore {
  return {
    findCompany: async (companyId) => (await readClientState(path)).companies[companyId] ?? null,
    rememberCompany: (companyId, pin) => updateClientState(path, (state) => withPin(state, companyId, pin)),
    findAgent: async (agentId) => {
      const pin = (await readClientState(path)).agents[agentId];
      return pin === undefined ? null : { agentId, ...pin };
    },
    rememberAgents: (pins) => updateClientState(path, (state) => withSequencePins(state, pins)),
  };
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
