import { checkAgent } from "../check-agent.ts";
import { codeOf } from "../retry.ts";

/** Nothing is wrong with this agent; it cannot say more before the portal is back. */
const EXIT_PORTAL_AWAY = 75;

/** `holdfast agent check` */
export async function run(input: Record<string, unknown>): Promise<number> {
  const stateFolder = typeof input.state === "string" ? input.state : undefined;
  try {
    const checked = await checkAgent(stateFolder);
    if (input.json === true) console.log(JSON.stringify({ event: "checked", ...checked }));
    else console.log(`"${checked.machineName}" is answered by ${checked.portal}; agent ${checked.version}.`);
    return 0;
  } catch (error) {
    if (codeOf(error) !== "portal_unreachable") throw error;
    console.error(`holdfast: ${error instanceof Error ? error.message : error}`);
    return EXIT_PORTAL_AWAY;
  }
}
