import { WEEK_DAYS } from "../../contracts/schedules.ts";
import { weekFrom } from "./window-words.ts";

/** The hours that were chosen in fields of these names, as seven days from Monday, a bit for each hour. */
export function readOwnHours(fields: FormData, name: string): number[] {
  const days = fields
    .getAll(`${name}Day`)
    .map(Number)
    .filter((day) => day < WEEK_DAYS);
  return weekFrom(days, Number(fields.get(`${name}From`)), Number(fields.get(`${name}To`)));
}
