import { createServer, request as httpRequest, type Server } from "node:http";

/** Stands before the product and keeps everything that was sent to it, as the provider's side would see it. */
export interface Spy {
  /** Request lines with headers, and bodies. */
  readonly captured: readonly Buffer[];
  close(): void;
}

export async function startSpy(port: number, target: string): Promise<Spy> {
  const captured: Buffer[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    captured.push(Buffer.from(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`));
    const upstream = httpRequest(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => {
      parts.push(part);
      upstream.write(part);
    });
    incoming.on("end", () => {
      captured.push(Buffer.concat(parts));
      upstream.end();
    });
    upstream.on("error", () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    captured,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The forms in which leaked bytes would show: raw, hex, base64 at its three alignments and in both alphabets. */
export function formsOfBytes(bytes: Uint8Array): Buffer[] {
  const raw = Buffer.from(bytes);
  const shifted = [0, 1, 2].flatMap((pad) => {
    const text = Buffer.concat([Buffer.alloc(pad), raw])
      .toString("base64")
      .slice(pad ? 4 : 0, -4);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const texts = [raw.toString("hex"), raw.toString("hex").toUpperCase(), ...shifted];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

/** As `formsOfBytes`, and in UTF-16. */
export function formsOfText(text: string): Buffer[] {
  return [...formsOfBytes(Buffer.from(text)), Buffer.from(text, "utf16le")];
}

/** Which of the secrets stand in these bytes. */
export function findLeaks(secrets: ReadonlyMap<string, readonly Buffer[]>, where: string, bytes: Buffer): string[] {
  return [...secrets].flatMap(([secret, forms]) =>
    forms.some((form) => bytes.includes(form)) ? [`${secret} in ${where}`] : [],
  );
}
