import type { RestoreOpenedView } from "../../../contracts/restores.ts";

/** A token that ends sooner is not handed out any more: a request may wait in line. */
const LEAST_LEFT_MS = 60_000;
/** Several requests hear of one refusal; a token this young is the answer to it. */
const FRESH_MS = 5_000;

/** One token for all requests of the read side; the portal records each that it gives out. */
export class BulkTokens {
  readonly #open: () => Promise<RestoreOpenedView>;
  #opened: Promise<RestoreOpenedView> | null = null;
  #openedAtMs = 0;

  constructor(open: () => Promise<RestoreOpenedView>) {
    this.#open = open;
  }

  /** @param isRefused whether the last one is no longer taken */
  async get(isRefused: boolean): Promise<string> {
    const isFresh = performance.now() - this.#openedAtMs < FRESH_MS;
    if (this.#opened === null || (isRefused && !isFresh)) this.#renew();
    const opened = await this.#current();
    if (isFresh || opened.expiresAt.getTime() - Date.now() > LEAST_LEFT_MS) return opened.bulkToken;
    this.#renew();
    return (await this.#current()).bulkToken;
  }

  #renew(): void {
    this.#openedAtMs = performance.now();
    this.#opened = this.#open();
  }

  async #current(): Promise<RestoreOpenedView> {
    try {
      return await (this.#opened ?? this.#open());
    } catch (error) {
      // A portal that was away for a moment must not be remembered as the answer.
      this.#opened = null;
      throw error;
    }
  }
}
