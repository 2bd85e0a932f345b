import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../codec/hex.ts";
import { decodeUtf8, encodeUtf8 } from "../codec/text.ts";
import { checkAgentCertificate, parseAgentCertificate } from "./agent-certificate.ts";
import { verifyCompanyLog } from "./company-log.ts";
import { parseCanonicalJson } from "./json-fields.ts";
import { parseKeyWrap } from "./key-wrap.ts";
import { parseSecretLink } from "./link-secret.ts";
import { openMemberBlob } from "./member-blob.ts";
import { requireRoot } from "./owner-keys.ts";
import { parseSignedJson, type SignedType } from "./signed-json.ts";
import { parseSourceDefinition } from "./source-definition.ts";
import {
  COMPANY_ID,
  codeOf,
  createTestAgent,
  PASSPHRASE,
  cheapPrimitives as primitives,
} from "./testing/company-fixture.ts";
import { unwrapSecret } from "./wrap.ts";

const agent = await createTestAgent();
const { rootFingerprint } = agent.owner.log;
const key = new Uint8Array(32);

const decoders: Record<string, (bytes: Uint8Array) => unknown> = {
  log: (bytes) => verifyCompanyLog(primitives, { companyId: COMPANY_ID, objects: [bytes], rootFingerprint }),
  certificate: (bytes) => parseAgentCertificate(primitives, bytes),
  source: (bytes) => parseSourceDefinition(primitives, bytes),
  wrap: (bytes) => parseKeyWrap(bytes),
  secret: (bytes) => unwrapSecret(primitives, { key, purpose: "x", wrapped: bytes }),
};

describe("any bytes", () => {
  test.each(Object.entries(decoders))("given as a %s are refused by name", (_, decode) => {
    const size = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(size, (bytes) => {
        const code = codeOf(() => decode(bytes));
        expect(code).toMatch(/^[a-z0-9_]+$/);
        expect(code).not.toBe("none");
      }),
    );
  });

  test("that hold any JSON, framed as signed, are refused by name", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = encodeUtf8(JSON.stringify(value));
        const framed = concatBytes(Uint8Array.of(json.length & 255, json.length >> 8, 0, 0), json, new Uint8Array(64));
        for (const decode of Object.values(decoders)) {
          expect(codeOf(() => decode(framed))).toMatch(/^[a-z0-9_]+$/);
          expect(codeOf(() => decode(framed))).not.toBe("none");
        }
      }),
    );
  });

  test("given as a member blob or a link are refused by name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string(), async (blob, text) => {
        await expect(openMemberBlob(primitives, { passphrase: PASSPHRASE, blob })).rejects.toHaveProperty("code");
        expect(codeOf(() => parseSecretLink("enrol", text))).toBe("bad_link");
      }),
    );
  });
});

describe("a signed object", () => {
  const rootKey = requireRoot(agent.owner).keys;
  const [genesis = new Uint8Array()] = agent.log;

  /** The same object with other JSON, signed genuinely. */
  function resign(object: Uint8Array, type: SignedType, secretKey: Uint8Array, change: (json: string) => string) {
    const json = encodeUtf8(change(decodeUtf8(parseSignedJson(object, type).jsonBytes)));
    const signature = primitives.sign(secretKey, encodeUtf8(`holdfast/1/${type}\n`), json);
    return concatBytes(Uint8Array.of(json.length & 255, json.length >> 8, 0, 0), json, signature);
  }

  const log = (change: (json: string) => string) =>
    codeOf(() => decoders.log?.(resign(genesis, "log", rootKey.secretKey, change)));

  test("counts only in its one form, even when its signature holds", () => {
    expect(log((json) => json)).toBe("none");
    expect(log((json) => ` ${json}`)).toBe("not_canonical");
    expect(log((json) => json.replace('"number":0', '"number":0.0'))).toBe("not_canonical");
    expect(log((json) => json.replace('"number":0', '"number":-0'))).toBe("not_canonical");
    expect(log((json) => json.replace('"number":0', '"number":1,"number":0'))).toBe("not_canonical");
    expect(log((json) => json.replace('"v":1', '"v":2'))).toBe("bad_field");
    expect(log((json) => json.replace("}}", '},"more":1}'))).toBe("unknown_field");
    expect(log((json) => json.replace("}}", ',"__proto__":{}}}'))).toBe("unknown_field");
    expect(log((json) => json.replace(".000Z", "Z"))).toBe("bad_field");
    expect(log((json) => json.replace(/"rootPublicKey":"[^"]*",/, ""))).toBe("bad_field");
  });

  test("of one type is never taken for another", () => {
    const { enrolmentKeys } = agent.opened;
    const forged = resign(agent.certificate, "agent-certificate", enrolmentKeys.secretKey, (json) =>
      json.replace("agent-certificate", "source"),
    );
    expect(codeOf(() => checkAgentCertificate(primitives, agent.owner.log, forged))).toBe("bad_field");
    expect(codeOf(() => parseSignedJson(agent.certificate, "log"))).toBe("bad_field");
  });

  test("is read field by field, each once", () => {
    const fields = parseCanonicalJson(encodeUtf8('{"a":"x"}'), "a test");
    expect(fields.text("a")).toBe("x");
    expect(codeOf(() => fields.text("a"))).toBe("bad_field");
    expect(codeOf(() => fields.expectEnd())).toBe("none");
  });
});
