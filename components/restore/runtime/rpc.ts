import type { VaultEvent, VaultFault } from "./protocol/vault-protocol.ts";

/** Functions by name, each with one plain input. */
type Calls = Record<string, (input: never) => Promise<unknown>>;

interface CallMessage {
  readonly call: number;
  readonly name: string;
  readonly input: unknown;
}

type AnswerMessage =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly fault: VaultFault }
  | { readonly event: VaultEvent };

/** The two ends of a worker, and of a test's message channel. */
interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** A fault as it arrives in the page: told apart by `code`, never by message. */
export class VaultError extends Error implements VaultFault {
  readonly code: string;
  readonly retryable: boolean;

  constructor({ code, message, retryable }: VaultFault) {
    super(message);
    this.name = "VaultError";
    this.code = code;
    this.retryable = retryable;
  }
}

/** The worker's end: answers calls by name. Returns how to tell events. */
export function serveCalls<Served>(port: Port, calls: Served): (event: VaultEvent) => void {
  const byName = calls as Calls;
  port.addEventListener("message", ({ data }: MessageEvent<CallMessage>) => {
    void answer(port, byName, data);
  });
  return (event) => port.postMessage({ event }, []);
}

async function answer(port: Port, calls: Calls, { call, name, input }: CallMessage): Promise<void> {
  try {
    const serve = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (serve === undefined) throw new TypeError(`the vault has no ${name}`);
    port.postMessage({ call, result: await serve(input as never) }, []);
  } catch (error) {
    port.postMessage({ call, fault: toFault(error) }, []);
  }
}

/** Code and message of whatever was thrown; a class does not survive the way. */
export function toFault(error: unknown): VaultFault {
  const message = error instanceof Error ? error.message : String(error);
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "vault_failed";
  const retryable = error instanceof Error && "retryable" in error && error.retryable === true;
  return { code, message, retryable };
}

/** The page's end of a worker's calls. */
export interface CallClient<Served> {
  readonly calls: Served;
  onEvent(listener: (event: VaultEvent) => void): () => void;
}

/** Ports can only be handed over. */
function portsIn(input: unknown): MessagePort[] {
  if (typeof input !== "object" || input === null) return [];
  return Object.values(input).filter((value) => value instanceof MessagePort);
}

export function openCalls<Served extends object>(port: Port): CallClient<Served> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Set<(event: VaultEvent) => void>();
  let count = 0;
  port.addEventListener("message", ({ data }: MessageEvent<AnswerMessage>) => {
    if ("event" in data) {
      for (const listen of listeners) listen(data.event);
      return;
    }
    const asked = waiting.get(data.call);
    waiting.delete(data.call);
    if ("fault" in data) asked?.reject(new VaultError(data.fault));
    else asked?.resolve(data.result);
  });
  const call = (name: string, input: unknown) => {
    const asked = Promise.withResolvers<unknown>();
    waiting.set(++count, asked);
    port.postMessage({ call: count, name, input }, portsIn(input));
    return asked.promise;
  };
  const calls = new Proxy({} as Served, { get: (_, name) => (input: unknown) => call(String(name), input) });
  return {
    calls,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
