import { nodePrimitives } from "../../engine/primitives/node.ts";
import { describeLocksContract } from "./locks-contract.ts";
import { createMemoryZone } from "./memory-zone.ts";
import { describeZoneContract } from "./zone-contract.ts";

const open = async () => createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives });

describeZoneContract("memory", open);
describeLocksContract("memory", open);
