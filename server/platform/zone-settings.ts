import { z } from "zod";

const BaseIdentity = z.string().regex(/^[0-9a-f]{32}$/, "is 32 hex digits");
/** As S3 names buckets; dots are left out, because no certificate covers them in a host's name. */
const BucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "is a bucket's name: a-z, 0-9 and -");
const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is the name of a variable, not what stands in it");

const shared = {
  zoneId: z.string().regex(/^zone[1-9][0-9]?$/, "is zone1, zone2, ..."),
  /** The order in which reads and new runs prefer zones, from 1. */
  ordinal: z.int().min(1),
  name: z.string().min(1),
  /** Who the two bases are, recorded when they were made; what is absent is pinned at first sight. */
  identities: z.exactOptional(z.object({ backup: BaseIdentity, archive: BaseIdentity })),
};

/** Strict, so that a misspelt setting is refused instead of protecting nothing. */
const FsZoneSettings = z.strictObject({
  ...shared,
  kind: z.literal("fs"),
  /** Folder with `backup` and `archive` in it. */
  path: z.string().min(1),
  /** What is frozen gets the immutable attribute as well; the system must grant it. */
  isImmutable: z.exactOptional(z.boolean()),
});

/** Strict, so that a key that somebody writes beside it is refused instead of being copied around. */
const S3ZoneSettings = z.strictObject({
  ...shared,
  kind: z.literal("s3"),
  endpoint: z.url({ protocol: /^https?$/, error: "is an address as https://s3.example.com" }).refine(isOrigin, {
    error: "is scheme, host and port alone: no user, path or query",
  }),
  region: z.string().min(1).default("us-east-1"),
  isPathStyle: z.boolean().default(true),
  buckets: z
    .strictObject({ backup: BucketName, archive: BucketName })
    .refine(({ backup, archive }) => backup !== archive, { error: "are two different ones" }),
  credentials: z
    .strictObject({
      file: z.exactOptional(z.string().min(1)),
      accessKeyIdVariable: z.exactOptional(VariableName),
      secretAccessKeyVariable: z.exactOptional(VariableName),
    })
    .refine(
      ({ file, accessKeyIdVariable: key, secretAccessKeyVariable: secret }) =>
        file === undefined ? key !== undefined && secret !== undefined : key === undefined && secret === undefined,
      {
        error: "names either a file, or accessKeyIdVariable and secretAccessKeyVariable",
      },
    ),
});

/** A zone as a deployment names it. It says where secrets are, and holds none. */
export const ZoneSettings = z.discriminatedUnion("kind", [FsZoneSettings, S3ZoneSettings]);

export type ZoneSettings = z.infer<typeof ZoneSettings>;

/** All zones of a service. */
export const ZoneSettingsList = z
  .array(ZoneSettings)
  .min(1)
  .refine((zones) => areDistinct(zones.map(({ zoneId }) => zoneId)), { error: "two zones have the same zoneId" })
  .refine((zones) => areDistinct(zones.map(({ ordinal }) => ordinal)), { error: "two zones have the same ordinal" });

function isOrigin(address: string): boolean {
  // What is no address at all has been said already.
  return !URL.canParse(address) || new URL(address).href === `${new URL(address).origin}/`;
}

function areDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
