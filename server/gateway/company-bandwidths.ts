import type { Clock } from "../../engine/ports/clock.ts";
import { bandwidthAt, type CompanyBandwidth, readCompanyBandwidth } from "../domain/schedule/bandwidth.ts";
import type { Store } from "../domain/store/store.ts";
import type { Logger } from "../platform/log.ts";
import { BandwidthBucket } from "./bandwidth-bucket.ts";

/** So old may be what is known of a company's settings: a change holds within half a minute. */
const FRESH_MS = 30_000;
/** Companies that are remembered: a kilobyte each. Whose settings were read longest ago is forgotten first, with nobody waiting. */
const MAX_COMPANIES = 10_000;

interface Known {
  readonly bucket: BandwidthBucket;
  held: CompanyBandwidth;
  readAtMs: number;
  /** What has to be added to this machine's clock for the database's, by which the hours turn. */
  clockOffsetMs: number;
  reading: Promise<void> | null;
}

export interface CompanyBandwidthsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The bandwidth limit of each company, as it is at this moment, and the bucket that all of its uploads through this gateway share. */
export class CompanyBandwidths {
  readonly #options: CompanyBandwidthsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: CompanyBandwidthsOptions) {
    this.#options = options;
  }

  /** Bytes per second for all uploads of the company together; null: no limit now. @throws StoreError when nothing is known of it */
  async limitOf(companyId: string): Promise<number | null> {
    const known = this.#known.get(companyId);
    if (known === undefined) return this.#limitNow(await this.#learn(companyId));
    if (this.#isStale(known)) await this.#renew(companyId, known);
    return this.#limitNow(known);
  }

  /** Resolves when so many bytes, which have just come, are paid for. @throws the signal's reason */
  async pace(companyId: string, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const known = this.#known.get(companyId) ?? (await this.#learn(companyId));
    // Nobody waits for settings in the middle of a pack: the old ones hold until the new ones are there.
    if (this.#isStale(known)) void this.#renew(companyId, known);
    const waitMs = known.bucket.pay(sizeBytes, this.#limitNow(known), clock.now().getTime());
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }

  #limitNow({ held, clockOffsetMs }: Known): number | null {
    return bandwidthAt(held, new Date(this.#options.clock.now().getTime() + clockOffsetMs));
  }

  #isStale({ readAtMs }: Known): boolean {
    return Math.abs(this.#options.clock.now().getTime() - readAtMs) > FRESH_MS;
  }

  async #learn(companyId: string): Promise<Known> {
    const read = await this.#read(companyId);
    // Two uploads may have asked at once; the bucket is one.
    const known = this.#known.get(companyId) ?? { bucket: new BandwidthBucket(), reading: null, ...read };
    this.#keep(companyId, known);
    return known;
  }

  /** Settings that cannot be read now stay as they were: a limit does not go away because the database does. */
  #renew(companyId: string, known: Known): Promise<void> {
    known.reading ??= this.#read(companyId)
      .then((read) => {
        Object.assign(known, read);
        this.#keep(companyId, known);
      })
      .catch((error: unknown) => this.#options.log.warn({ err: error }, "a bandwidth limit could not be read again"))
      .finally(() => {
        known.reading = null;
      });
    return known.reading;
  }

  async #read(companyId: string): Promise<Pick<Known, "held" | "readAtMs" | "clockOffsetMs">> {
    const { held, now } = await readCompanyBandwidth(this.#options, companyId);
    const readAtMs = this.#options.clock.now().getTime();
    return { held, readAtMs, clockOffsetMs: now.getTime() - readAtMs };
  }

  #keep(companyId: string, known: Known): void {
    this.#known.delete(companyId);
    this.#known.set(companyId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_COMPANIES && oldest !== undefined) this.#known.delete(oldest);
  }
}
