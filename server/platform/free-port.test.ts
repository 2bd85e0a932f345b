import { connect } from "node:net";
import { expect, it } from "vitest";
import { findFreePort, holdPort } from "./free-port.ts";

it("holds a port from everybody else until it is released, as often as it is released", async () => {
  const port = await findFreePort();
  const release = await holdPort(port);
  expect(release).not.toBeNull();
  expect(await holdPort(port)).toBeNull();
  await new Promise((resolve) => connect(port, "127.0.0.1").on("close", resolve).on("error", resolve));
  await release?.();
  await release?.();
  const again = await holdPort(port);
  expect(again).not.toBeNull();
  await again?.();
});
