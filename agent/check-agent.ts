import { agentHelloView } from "../contracts/agent.ts";
import { agentVersion } from "./agent-version.ts";
import { ControlClient } from "./control-client.ts";
import { HttpConnection } from "./http-connection.ts";
import { readCalls } from "./platform/posix-libc.ts";
import { getIdentity } from "./state/identity.ts";
import { getPins } from "./state/pins.ts";
import { openStateFolder } from "./state/state-folder.ts";

export interface CheckedAgent {
  readonly version: string;
  readonly machineName: string;
  readonly portal: string;
}

/**
 * What a version has to be able to do before it takes another's place: load its native parts, open the state, and be answered by the
 * portal. It changes nothing, and runs beside an agent that works.
 *
 * @throws AgentError `not_enrolled`, `identity_damaged`; ServerError; ConnectionError
 */
export async function checkAgent(stateFolder: string | undefined): Promise<CheckedAgent> {
  const state = openStateFolder(stateFolder);
  const identity = getIdentity(state);
  getPins(state);
  readCalls();
  const { origin, agentId, sign, machineName } = identity;
  const connection = new HttpConnection(origin);
  try {
    const control = new ControlClient(connection, { agentId, signSecretKey: sign.secretKey });
    await control.call({ procedure: "agent.hello", isQuery: true, view: agentHelloView });
    return { version: agentVersion, machineName, portal: origin };
  } finally {
    connection.close();
  }
}
