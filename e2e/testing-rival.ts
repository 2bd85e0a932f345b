import { join } from "node:path";
import { expectCommand, type Product } from "./product.ts";

/** A second company of the same provider, with an agent that has backed something up. */
export interface Rival {
  readonly companyId: string;
  /** State folder of its agent. */
  readonly state: string;
}

export async function createRival(product: Product, source: string): Promise<Rival> {
  const args = ["companies", "create", "Rival & Sons", "--owner", "owner@rival.example", "--json"];
  const company = await expectCommand(args, product.staffEnv);
  const env = {
    HOLDFAST_PORTAL: product.url,
    HOLDFAST_EMAIL: "owner@rival.example",
    HOLDFAST_PASSWORD: "a password of the rival",
    HOLDFAST_CLIENT_STATE: join(product.folder, "rival-client.json"),
  };
  const keys = await expectCommand(["keys", "create", String(company.last.link), "--json"], env);
  const unlocked = { ...env, HOLDFAST_PASSPHRASE: String(keys.last.passphrase) };
  const { last } = await expectCommand(["enrolments", "create", "--json"], unlocked);
  const state = join(product.folder, "agent-rival");
  await expectCommand(["agent", "enrol", String(last.link), "--name", "rival", "--state", state, "--json"]);
  await expectCommand(["agent", "backup", source, "--state", state, "--json"]);
  return { companyId: String(keys.last.companyId), state };
}
