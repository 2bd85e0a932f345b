import type { PersonView } from "../../contracts/people.ts";
import { formatCount } from "../format/format-bytes.ts";

/** Who can sign in: "2 staff and 14 members can sign in." `isAll` is false when the people are the first of more. */
export function peopleHeadline(people: readonly PersonView[], isAll: boolean): string {
  if (!isAll) return `More than ${formatCount(people.length)} people can sign in.`;
  const staff = people.filter((person) => person.kind === "staff").length;
  const members = people.length - staff;
  const memberWords = `${formatCount(members)} ${members === 1 ? "member" : "members"}`;
  if (people.length === 0) return "Nobody can sign in yet.";
  if (staff === 0) return `${memberWords} can sign in.`;
  return members === 0
    ? `${formatCount(staff)} staff can sign in.`
    : `${formatCount(staff)} staff and ${memberWords} can sign in.`;
}
