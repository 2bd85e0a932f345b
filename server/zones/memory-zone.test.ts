import { nodePrimitives } from "../../engine/primitives/node.ts";
import { createMemoryZone } from "./memory-zone.ts";
import { describeZoneContract } from "./zone-contract.ts";

describeZoneContract("memory", async () => createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives }));
