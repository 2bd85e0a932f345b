import type { ScheduleSettings } from "../../contracts/schedules.ts";
import { putSchedule } from "../domain/schedule/put-schedule.ts";
import type { Machine } from "./machine.ts";
import { drawTiming, type SimulatedTiming } from "./timings.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;

/** What holds for a source from a moment on, by the database's clock; null: nothing is due. */
export interface HeldTiming {
  readonly fromMs: number;
  readonly timing: SimulatedTiming | null;
}

/** The companies' owners: they set when machines are backed up, and change it now and then. */
export class Owner {
  /** By source. */
  readonly timings = new Map<string, HeldTiming[]>();
  readonly #world: World;
  readonly #timeZone: string;
  /** Who sets schedules, by company. */
  readonly #people = new Map<string, string>();

  constructor(world: World, timeZone: string) {
    this.#world = world;
    this.#timeZone = timeZone;
  }

  async setUp(machine: Machine, ownerId: string): Promise<void> {
    this.#people.set(machine.agent.row.companyId, ownerId);
    await this.#put(machine, drawTiming(this.#world.random, this.#timeZone));
  }

  async live(machines: readonly Machine[], everyMs: number): Promise<void> {
    const { random, timeline } = this.#world;
    while (!this.#world.isEnding) {
      await timeline.pass(random.between(everyMs / 2, everyMs * 2));
      if (this.#world.isEnding) return;
      const machine = random.pick(machines);
      const isPause = random.chance(0.3);
      if (isPause) {
        await this.#put(machine, null);
        await timeline.pass(random.between(2 * HOUR_MS, 60 * HOUR_MS));
      }
      await this.#put(machine, drawTiming(random, this.#timeZone));
    }
  }

  async #put({ agent }: Machine, timing: SimulatedTiming | null): Promise<void> {
    const { random, store } = this.#world;
    const { sourceId, row } = agent;
    const settings: ScheduleSettings = {
      timing: timing && { cron: timing.cron, timeZone: timing.timeZone },
      jitterSeconds: random.pick([0, 600]),
      catchUpMinutes: random.pick([0, 600, 1440]),
      window: null,
      bandwidth: null,
      isPaused: timing === null,
    };
    const subject = {
      level: "source",
      subjectId: sourceId,
      byPersonId: this.#people.get(row.companyId) ?? "",
    } as const;
    await putSchedule({ store }, row.companyId, { ...subject, settings });
    const held = this.timings.get(sourceId) ?? [];
    this.timings.set(sourceId, [...held, { fromMs: this.#world.databaseNow().getTime(), timing }]);
    this.#world.note(`source ${sourceId.slice(-4)} is due ${timing ? `${timing.cron} ${timing.timeZone}` : "no more"}`);
  }
}
