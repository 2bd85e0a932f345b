import { expect, test } from "vitest";
import { describeRefusal } from "./describe-refusal.ts";

const fault = (code: string, message = "the company log does not name you") => ({ code, message, retryable: false });

test("a wrong passphrase is told in words that say what is safe and what to do", () => {
  expect(describeRefusal(fault("wrong_passphrase"), "Northgate IT")).toBe(
    "That passphrase does not open this key. Nothing was changed. Try again, or use the recovery key.",
  );
});

test("what does not fit in the company log is named, with its code, and nothing is opened", () => {
  expect(describeRefusal(fault("member_not_in_log"), "Northgate IT")).toBe(
    "The company log does not name you. Nothing was opened. Ask another owner, or Northgate IT, before you go on. Code: member_not_in_log.",
  );
  const term = "the server speaks for term 1 of its history, and this device has seen 2";
  expect(describeRefusal(fault("control_term_rolled_back", term), "Northgate IT")).toBe(
    "The server speaks for term 1 of its history, and this device has seen 2. Nothing was opened. Ask another owner, or Northgate IT, before you go on. Code: control_term_rolled_back.",
  );
  expect(describeRefusal(fault("log_truncated"), "Northgate IT")).toContain("older than the one this browser saw");
});
