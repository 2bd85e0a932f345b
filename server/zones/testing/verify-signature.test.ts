import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { findSignatureFault } from "./verify-signature.ts";

/** The example of a GET in Amazon's documentation of the signature. */
const PUBLISHED = {
  method: "GET",
  url: "/test.txt",
  headers: {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-amz-date": "20130524T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
      "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
      "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
};

function faultOf(change: object = {}, check: object = {}): string | null {
  return findSignatureFault({
    request: { ...PUBLISHED, ...change } as unknown as IncomingMessage,
    region: "us-east-1",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    nowMs: Date.UTC(2013, 4, 24, 0, 5),
    ...check,
  });
}

test("the published example is right, and wrong with anything changed", () => {
  const header = (name: string, value: string) => ({ headers: { ...PUBLISHED.headers, [name]: value } });
  expect(faultOf()).toBe(null);
  expect(faultOf({ method: "PUT" })).toBe("SignatureDoesNotMatch");
  expect(faultOf({ url: "/test.txt?list-type=2" })).toBe("SignatureDoesNotMatch");
  expect(faultOf(header("range", "bytes=0-10"))).toBe("SignatureDoesNotMatch");
  expect(faultOf(header("x-amz-content-sha256", "00"))).toBe("SignatureDoesNotMatch");
  expect(faultOf(header("x-amz-acl", "public-read"))).toBe("AccessDenied");
  expect(faultOf(header("authorization", ""))).toBe("AccessDenied");
  expect(faultOf({}, { secretAccessKey: "wJalr" })).toBe("SignatureDoesNotMatch");
  expect(faultOf({}, { accessKeyId: "AKIA" })).toBe("InvalidAccessKeyId");
  expect(faultOf({}, { region: "eu-west-1" })).toBe("AuthorizationHeaderMalformed");
  expect(faultOf({}, { nowMs: Date.UTC(2013, 4, 24, 1) })).toBe("RequestTimeTooSkewed");
});
