import { type AgeOptions, ageCompany } from "./age-company.ts";

/** No step begins after this: the last one takes 45 s, and the queue gives the job 120. */
const BEGIN_MS = 30_000;
const PAGE = 500;

/** Ages one company after the other when its turn has come. Which turn it was is forgotten with the process: then all are looked at again. */
export class AgeDue {
  readonly #options: AgeOptions;
  readonly #everyMs: number;
  readonly #doneAtMs = new Map<string, number>();

  constructor(options: AgeOptions, everyMs: number) {
    this.#options = options;
    this.#everyMs = everyMs;
  }

  async step(): Promise<void> {
    if (this.#everyMs === 0) return;
    const { log, now, signal } = this.#options;
    const endMs = now().getTime() + BEGIN_MS;
    for await (const companyId of this.#companies()) {
      if (now().getTime() >= endMs || signal?.aborted) return;
      if (now().getTime() - (this.#doneAtMs.get(companyId) ?? 0) < this.#everyMs) continue;
      try {
        const { kind, ...done } = await ageCompany(this.#options, companyId);
        if (kind === "done") this.#doneAtMs.set(companyId, now().getTime());
        if (Object.values(done).some((figure) => figure !== 0 && figure !== null))
          log.info({ companyId, ...done }, "aged");
      } catch (error) {
        // One company's fault keeps no other from its turn.
        log.error({ companyId, err: error }, "ageing failed; it goes on with the next wake");
      }
    }
  }

  async *#companies(): AsyncGenerator<string> {
    const { store } = this.#options.deps;
    for (let after: { readonly value: string | number; readonly id: string } | null = null; ; ) {
      const order = { sort: "name", isDescending: false, states: [], limit: PAGE } as const;
      const page = await store.listCompanies(after ? { ...order, after } : order);
      for (const { companyId } of page) yield companyId;
      after = page.at(-1)?.position ?? null;
      if (page.length < PAGE || after === null) return;
    }
  }
}
