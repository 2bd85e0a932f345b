import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** A line between a browser or an agent and the product that can be slow, can be cut, and can lead to another product. */
export interface Line {
  readonly port: number;
  /** Where new connections lead. */
  targetPort: number;
  /** Of what the product answers, together; null: as fast as it is. */
  bytesPerSecond: number | null;
  /** Breaks every connection, and refuses new ones for so long; resolves when it is back. */
  cut(forMs: number): Promise<void>;
  close(): void;
}

export async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let cutUntilMs = 0;
  let freeAtMs = 0;
  const server = createServer((near) => {
    if (performance.now() < cutUntilMs) return void near.destroy();
    const far = connect(line.targetPort, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(new Transform({ transform: slow })).pipe(near);
  });
  const slow: Transform["_transform"] = (bytes: Buffer, _encoding, done) => {
    if (line.bytesPerSecond === null) return done(null, bytes);
    freeAtMs = Math.max(freeAtMs, performance.now()) + (bytes.length / line.bytesPerSecond) * 1000;
    void sleep(Math.max(1, freeAtMs - performance.now())).then(() => done(null, bytes));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const line: Line = {
    port: (server.address() as AddressInfo).port,
    targetPort,
    bytesPerSecond: null,
    cut(forMs) {
      cutUntilMs = performance.now() + forMs;
      for (const socket of sockets) socket.destroy();
      return sleep(forMs + 1);
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return line;
}
