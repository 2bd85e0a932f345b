import { expect, test } from "vitest";
import { formatSecretLink, parseSecretLink } from "../../../engine/keys/link-secret.ts";
import { nodeRandomness } from "../../../engine/primitives/node.ts";
import { parseDoor } from "./door.ts";
import { formatRoute, parseRoute } from "./route.ts";

const origin = "https://backup.example";
const linkId = "019ac0de-0000-7000-8000-000000000001";

test("an invitation and an enrolment link come out as they were sent", () => {
  for (const [kind, place] of [
    ["join", "onboard"],
    ["enrol", "link"],
  ] as const) {
    const secret = nodeRandomness.bytes(32);
    const link = formatSecretLink(kind, { origin, linkId, secret });
    const door = parseDoor(`#/${place}/${linkId}/${link.split("#")[1]}`, origin);
    expect(door).toEqual({ kind: place, link, isCut: false });
    expect(parseSecretLink(kind, door?.link ?? "").secret).toEqual(secret);
  }
});

test("a link without its secret is known as one, and is not whole", () => {
  expect(parseDoor("#/onboard", origin)).toEqual({ kind: "onboard", link: null, isCut: false });
  for (const rest of ["", "/", "/a b"]) {
    expect(parseDoor(`#/onboard/${linkId}${rest}`, origin)).toEqual({ kind: "onboard", link: null, isCut: true });
  }
});

test("other places are no doors", () => {
  for (const fragment of ["", "#/", "#/enrol", "#/find", `#/m/${linkId}`])
    expect(parseDoor(fragment, origin)).toBeNull();
});

test("no address that a server could see is made of a secret", () => {
  const fragment = `#/onboard/${linkId}/c2VjcmV0`;
  expect(formatRoute(parseRoute(fragment))).toBe("#/");
});
