import { describe, expect, test } from "vitest";
import { formatSecretLink, inviteAuth, inviteAuthHash, parseSecretLink } from "./link-secret.ts";
import { requireStrongPassphrase } from "./passphrase.ts";
import { cheapPrimitives, codeOf, ENROLMENT_ID, seededTools } from "./testing/company-fixture.ts";

const secret = seededTools("links").randomness.bytes(32);
const link = { origin: "https://backup.example:7443", linkId: ENROLMENT_ID, secret };

describe("a link", () => {
  test("is read as it was written", () => {
    for (const kind of ["enrol", "join"] as const) {
      expect(parseSecretLink(kind, ` ${formatSecretLink(kind, link)}\n`)).toEqual(link);
    }
  });

  test("that was cut, changed or is of another kind is refused with advice", () => {
    const text = formatSecretLink("enrol", link);
    expect(codeOf(() => parseSecretLink("join", text))).toBe("bad_link");
    for (const bad of [
      text.split("#")[0] ?? "",
      text.slice(0, -1),
      `${text}A`,
      "nonsense",
      text.replace("https", "ftp"),
    ]) {
      expect(() => parseSecretLink("enrol", bad)).toThrow(/copy/);
      expect(codeOf(() => parseSecretLink("enrol", bad))).toBe("bad_link");
    }
  });

  test("shows the server what proves it, and lets it keep only a hash of that", () => {
    expect(inviteAuthHash(cheapPrimitives, secret)).toEqual(
      cheapPrimitives.sha256(inviteAuth(cheapPrimitives, secret)),
    );
    expect(inviteAuth(cheapPrimitives, secret)).not.toEqual(secret);
  });
});

describe("a chosen passphrase", () => {
  test("of six words is good", () => {
    expect(codeOf(() => requireStrongPassphrase("able about above absent absorb abstract", "a login password"))).toBe(
      "none",
    );
  });

  test.each([
    "short",
    "aaaaaaaaaaaaaaaaaaaaaaa",
    " a leading space is easily lost",
    "my Login password and a tail",
    "x".repeat(2000),
  ])("like %j is refused with advice", (passphrase) => {
    expect(codeOf(() => requireStrongPassphrase(passphrase, "my login password"))).toBe("weak_passphrase");
  });
});
