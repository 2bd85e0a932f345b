import { readFile } from "node:fs/promises";
import { ZoneError } from "../../engine/ports/zone-error.ts";

/** Bytes of a credentials file; ours have about 120. */
const MAX_FILE_BYTES = 4_096;
const KEY_NAME = "AWS_ACCESS_KEY_ID";
const SECRET_NAME = "AWS_SECRET_ACCESS_KEY";

/** Where the keys of a zone are found; settings name the place and never hold the keys. */
export interface S3CredentialsPlace {
  /** File with the lines `AWS_ACCESS_KEY_ID=...` and `AWS_SECRET_ACCESS_KEY=...`. */
  readonly file?: string;
  /** Variables of the process's environment, by name. */
  readonly accessKeyIdVariable?: string;
  readonly secretAccessKeyVariable?: string;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads a zone's keys, now. @throws ZoneError `unreachable` that names the place, and never what stands there */
export async function readS3Credentials(
  zoneId: string,
  place: S3CredentialsPlace,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<S3Credentials> {
  const { file, accessKeyIdVariable = "", secretAccessKeyVariable = "" } = place;
  if (file === undefined) {
    return {
      accessKeyId: requireValue(zoneId, environment[accessKeyIdVariable], `the variable ${accessKeyIdVariable}`),
      secretAccessKey: requireValue(
        zoneId,
        environment[secretAccessKeyVariable],
        `the variable ${secretAccessKeyVariable}`,
      ),
    };
  }
  const lines = await readLines(zoneId, file);
  return {
    accessKeyId: requireValue(zoneId, lines.get(KEY_NAME), `${KEY_NAME} in ${file}`),
    secretAccessKey: requireValue(zoneId, lines.get(SECRET_NAME), `${SECRET_NAME} in ${file}`),
  };
}

async function readLines(zoneId: string, file: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ZoneError("unreachable", zoneId, `the credentials file ${file} cannot be read (${code})`);
  }
  const lines = text.slice(0, MAX_FILE_BYTES).split("\n");
  return new Map(lines.map((line) => [before(line).trim(), line.slice(before(line).length + 1).trim()] as const));
}

function before(line: string): string {
  return line.split("=", 1)[0] ?? "";
}

function requireValue(zoneId: string, value: string | undefined, what: string): string {
  if (value) return value;
  throw new ZoneError("unreachable", zoneId, `the zone's credentials are not complete: ${what} is missing`);
}
