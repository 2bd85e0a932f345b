import { ZoneError } from "../../engine/ports/zone-error.ts";

/** Calls of one zone at a time: as many as keep a disk busy. */
export const ZONE_CALLS = 8;

/**
 * The calls of one zone that are under way.
 *
 * [Note: a zone that hangs] A mount whose server is gone answers nothing, not even an error, and each call to it keeps a thread of the
 * process's pool until it does. So every call has a deadline; no more than `slots` are under way at a time, and the pool is
 * larger than the slots of all zones together (`plan-processes.ts`), so that one zone's hanging never keeps another from answering. A call that
 * is late stays in its slot until the system lets go of it. Once all slots are taken by such calls, the zone is `unreachable` at
 * once; when the system lets go, it serves again.
 */
export class ZoneCalls {
  readonly #zoneId: string;
  readonly #slots: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #hanging = 0;

  constructor(zoneId: string, slots: number) {
    this.#zoneId = zoneId;
    this.#slots = slots;
  }

  /**
   * What `call` answers.
   * @param discard gets what comes too late, to close it
   * @throws ZoneError `unreachable` when no answer is there in time, the wait for a slot included
   */
  within<T>(deadlineMs: number, call: () => Promise<T>, discard?: (late: T) => unknown): Promise<T> {
    if (this.#hanging >= this.#slots) {
      return Promise.reject(this.#unreachable(`${this.#hanging} calls hang; no more are begun until one ends`));
    }
    return new Promise<T>((resolve, reject) => {
      let state: "waiting" | "running" | "answered" | "late" = "waiting";
      const timer = setTimeout(() => {
        if (state === "running") this.#hanging += 1;
        state = state === "running" ? "late" : "answered";
        reject(this.#unreachable(`no answer within ${deadlineMs} ms`));
      }, deadlineMs);
      const end = () => {
        if (state === "late") this.#hanging -= 1;
        clearTimeout(timer);
        this.#leave();
      };
      const begin = () => {
        // Its deadline passed while it waited.
        if (state !== "waiting") return this.#leave();
        state = "running";
        call().then(
          (answer) => {
            if (state === "late") discard?.(answer);
            end();
            resolve(answer);
          },
          (error: unknown) => {
            end();
            reject(error);
          },
        );
      };
      if (this.#running < this.#slots) {
        this.#running += 1;
        begin();
      } else this.#waiting.push(begin);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }

  #unreachable(message: string): ZoneError {
    return new ZoneError("unreachable", this.#zoneId, message);
  }
}
