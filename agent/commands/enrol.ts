import { text as readText } from "node:stream/consumers";
import { enrolAgent } from "../enrol-agent.ts";

export { enrolAgent };

/** `holdfast agent enrol LINK` */
export async function run(input: Record<string, unknown>): Promise<number> {
  const { link, name, state, json } = input;
  // "-": what a pipe hands over is in no list of processes.
  const given = link === "-" ? (await readText(process.stdin)).trim() : String(link);
  const enrolled = await enrolAgent({ link: given, name: textOf(name), stateFolder: textOf(state) });
  if (json === true) {
    console.log(JSON.stringify({ event: "enrolled", ...enrolled }));
  } else {
    console.log(`This machine is enrolled as "${enrolled.machineName}". Its identity is in ${enrolled.stateFolder}.`);
    console.log('Back it up with "holdfast agent backup PATH...".');
  }
  return 0;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
