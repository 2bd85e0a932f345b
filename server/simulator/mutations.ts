import type { Mutation } from "./mutation.ts";
import { AGEING_MUTATIONS } from "./mutations-of-ageing.ts";
import { DELETION_MUTATIONS } from "./mutations-of-deletion.ts";
import { RUN_MUTATIONS } from "./mutations-of-runs.ts";
import { STORAGE_MUTATIONS } from "./mutations-of-storage.ts";
import { ZONE_MUTATIONS } from "./mutations-of-zones.ts";

/** Each is applied alone, to a copy of the sources. */
export const MUTATIONS: readonly Mutation[] = [
  ...STORAGE_MUTATIONS,
  ...DELETION_MUTATIONS,
  ...ZONE_MUTATIONS,
  ...RUN_MUTATIONS,
  ...AGEING_MUTATIONS,
];
