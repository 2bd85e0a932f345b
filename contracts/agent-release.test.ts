import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installLine, isOlderVersion } from "./agent-release.ts";

const LINK = `https://backup.example/enrol/019ac0de-0000-7000-8000-000000000001#${"A".repeat(43)}`;
/** Notes what it is given by its standard input, its arguments and nothing else. */
const INSTALLER = `#!/bin/sh\nread -r link\nprintf 'link %s, arguments %s\\n' "$link" "$#"\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-line-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");

/** Runs the line in a shell whose curl (or wget) answers with `served`, and notes what it was asked for. */
function paste(line: string, served: string, fetcher = "curl"): { readonly output: string; readonly code: number } {
  writeFileSync(join(folder, "served"), served);
  const program = `#!/bin/sh\necho "$@" >>${folder}/asked\nexec cat ${folder}/served\n`;
  const absent = "#!/bin/sh\nexit 127\n";
  for (const name of ["curl", "wget"]) {
    writeFileSync(join(folder, name), name === fetcher ? program : absent);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  try {
    return { output: execFileSync("sh", ["-c", `${line} 2>&1`], { env, encoding: "utf8" }), code: 0 };
  } catch (error) {
    const failed = error as { status: number; stdout: string };
    return { output: failed.stdout, code: failed.status };
  }
}

test.each(["curl", "wget"])(
  "the line runs the installer that it names, fetched by %s, with the link in a pipe",
  (fetcher) => {
    const line = installLine({ link: LINK, installerSha256: sha256Of(INSTALLER) });
    expect(paste(line, INSTALLER, fetcher)).toEqual({ output: `link ${LINK}, arguments 0\n`, code: 0 });
    const asked = execFileSync("cat", [join(folder, "asked")], { encoding: "utf8" });
    expect(asked).toContain(`https://backup.example/agent/${sha256Of(INSTALLER)}.sh`);
    expect(asked).not.toContain("#");
  },
);

test.each([`${INSTALLER}echo more\n`, "", INSTALLER.slice(0, -20)])("it runs nothing else, and says so", (served) => {
  const line = installLine({ link: LINK, installerSha256: sha256Of(INSTALLER) });
  const { output, code } = paste(line, served);
  expect(code).toBe(1);
  expect(output).toBe("holdfast: the agent was not installed\n");
});

test("it is one line, and a link cannot end its quotes", () => {
  const line = installLine({ link: LINK.replace("AAA", "'; touch x; '"), installerSha256: sha256Of(INSTALLER) });
  expect(line).not.toContain("\n");
  expect(paste(line, INSTALLER).output).toContain("'; touch x; '");
});

test("versions are compared by their numbers; what cannot be read is older than anything", () => {
  expect(isOlderVersion("0.9.9", "0.10.0")).toBe(true);
  expect(isOlderVersion("0.10.0", "0.9.9")).toBe(false);
  expect(isOlderVersion("1.0.0", "1.0.0")).toBe(false);
  expect(isOlderVersion("nonsense", "0.0.1")).toBe(true);
});
