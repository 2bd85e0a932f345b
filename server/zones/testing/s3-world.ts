import type { Clock } from "../../../engine/ports/clock.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { createS3Identity } from "../create-s3-identity.ts";
import { openS3Bucket, type S3Bucket } from "../s3-bucket.ts";
import { openS3Client, type S3Address } from "../s3-client.ts";
import { createS3Zone } from "../s3-zone.ts";
import { newZoneIdentity, type ZoneBase } from "../zone-identity.ts";
import type { S3Server } from "./s3-server.ts";

/** Where the tests' keys stand, as a deployment would name them. */
const KEY_VARIABLE = "HOLDFAST_TEST_S3_KEY";
const SECRET_VARIABLE = "HOLDFAST_TEST_S3_SECRET";

export type Reached = Pick<S3Address, "endpoint" | "region"> & { accessKeyId: string; secretAccessKey: string };

/** The address of a server, whose keys go into this process's environment. */
export function addressOf({ endpoint, region, accessKeyId, secretAccessKey }: Reached): S3Address {
  process.env[KEY_VARIABLE] = accessKeyId;
  process.env[SECRET_VARIABLE] = secretAccessKey;
  const credentials = { accessKeyIdVariable: KEY_VARIABLE, secretAccessKeyVariable: SECRET_VARIABLE };
  return { zoneId: "zone1", endpoint, region, isPathStyle: true, credentials };
}

export function bucketAt(reached: Reached, name: string): S3Bucket {
  return openS3Bucket(openS3Client(addressOf(reached)), "zone1", name);
}

let made = 0;

/** Makes an empty bucket of a wire-level server a base. */
export async function newBase(server: S3Server, base: ZoneBase = "backup") {
  made += 1;
  const name = `bucket-${made}`;
  server.addBucket(name);
  const bucket = bucketAt(server, name);
  const identity = newZoneIdentity("zone1", base, nodeRandomness);
  await createS3Identity({ bucket, identity, sha256: nodePrimitives.sha256 });
  return { name, bucket, base, identity: identity.identity, objects: server.objects(name) };
}

/** The same, opened. Its clock for looks at the identity stands still until it is moved. */
export async function newZone(server: S3Server, base: ZoneBase = "backup") {
  const made = await newBase(server, base);
  const clock = { nowMs: 0 };
  const zone = createS3Zone({ ...made, primitives: nodePrimitives, nowMs: () => clock.nowMs });
  return { ...made, zone, clock };
}

/** A clock that only moves when somebody sleeps. */
export function sleepingClock(): Clock & { sleptMs: number } {
  const clock = {
    sleptMs: 0,
    now: () => new Date(clock.sleptMs),
    async sleep(delayMs: number) {
      clock.sleptMs += delayMs;
    },
  };
  return clock;
}
