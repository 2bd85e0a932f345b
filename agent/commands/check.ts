import { checkAgent } from "../check-agent.ts";
import { codeOf } from "../retry.ts";

/** Nothing is wrong with this version: the portal is away, or refuses whoever comes with this identity or this clock. */
const EXIT_PORTAL_AWAY = 75;
const NOT_OF_THE_VERSION: ReadonlySet<string> = new Set(["agent_revoked", "agent_clock_wrong"]);

/** `holdfast agent check` */
export async function run(input: Record<string, unknown>): Promise<number> {
  const stateFolder = typeof input.state === "string" ? input.state : undefined;
  try {
    const checked = await checkAgent(stateFolder);
    if (input.json === true) console.log(JSON.stringify({ event: "checked", ...checked }));
    else console.log(`"${checked.machineName}" is answered by ${checked.portal}; agent ${checked.version}.`);
    return 0;
  } catch (error) {
    const isRetryable = error instanceof Error && "retryable" in error && error.retryable === true;
    if (!isRetryable && !NOT_OF_THE_VERSION.has(codeOf(error))) throw error;
    console.error(`holdfast: ${error instanceof Error ? error.message : error}`);
    return EXIT_PORTAL_AWAY;
  }
}
