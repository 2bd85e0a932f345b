/** The portal: Next behind the gateway, on loopback. Its address comes from the supervisor. */
import { createServer } from "node:http";
import next from "next";
import { openPortalApi } from "../api/portal-api.ts";
import { setPortalApi } from "../api/portal-api-slot.ts";
import { getEnv } from "../platform/env.ts";

const { hostname, port } = new URL(getEnv().portalAddress);
const isDevelopment = process.env.NODE_ENV === "development";

// Nothing may outlive a supervisor that was killed.
if (process.connected) process.once("disconnect", () => process.exit(1));

setPortalApi(await openPortalApi());
const portal = next({ dev: isDevelopment, dir: process.cwd(), hostname, port: Number(port) });
await portal.prepare();
const handle = portal.getRequestHandler();
const handleUpgrade = portal.getUpgradeHandler();

/** Longer than the gateway keeps an idle connection: with Node's 5 s, a request could meet one that is just being closed. */
const KEEP_ALIVE_MS = 75_000;

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void handle(request, response));
server.on("upgrade", (request, socket, head) => void handleUpgrade(request, socket, head));
server.listen(Number(port), hostname, () => process.send?.({ kind: "ready", port: Number(port) }));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
