import type { PgDatabase } from "../pg-database.ts";

/** Stops a session before one of its statements, and says when it has got there. */
export class Gate {
  readonly #pauseAt: number;
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();
  #statements = 0;

  /** @param pauseAt number of the statement to stop before, from 0; -1 stops nowhere */
  constructor(pauseAt: number) {
    this.#pauseAt = pauseAt;
  }

  /** Statements that passed or wait. */
  get statements(): number {
    return this.#statements;
  }

  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  async pass(): Promise<void> {
    if (this.#statements++ !== this.#pauseAt) return;
    this.#reached.resolve();
    await this.#opened.promise;
  }
}

/** The same database; each statement of its transactions asks the gate first. */
export function withGate(database: PgDatabase, gate: Gate): PgDatabase {
  const pool = new Proxy(database.pool, {
    get(target, key) {
      if (key !== "connect") return Reflect.get(target, key, target);
      return async () => gated(await target.connect(), gate);
    },
  });
  return { ...database, pool };
}

function gated<Session extends { query: unknown; release: unknown }>(session: Session, gate: Gate): Session {
  return new Proxy(session, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return key === "query"
        ? async (...input: unknown[]) => {
            await gate.pass();
            return Reflect.apply(value, target, input);
          }
        : value.bind(target);
    },
  });
}
