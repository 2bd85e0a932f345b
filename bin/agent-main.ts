import { agentCommands } from "./agent-commands.ts";
import { runProgram } from "./run-program.ts";

// Where the agent's archive begins: what runs at the customer knows nothing of the server.
await runProgram(agentCommands);
