import { S3Client } from "@aws-sdk/client-s3";
import { readS3Credentials, type S3CredentialsPlace } from "./s3-credentials.ts";

/** Until a connection stands. */
const CONNECT_MS = 3_000;
/** Without a byte in either direction. Longer than a zone's deadline for answers, so that the deadline speaks, and this only lets go of its slot. */
const SILENCE_MS = 10_000;
/** More than a zone's calls at a time (`zone-calls.ts`), so that none waits for a connection. */
const MAX_CONNECTIONS = 32;

export interface S3Address {
  readonly zoneId: string;
  /** Origin, as `https://s3.example.com`. */
  readonly endpoint: string;
  readonly region: string;
  /** True: the bucket stands in the path, as Ceph and MinIO are mostly set up. False: in the host's name, as AWS has it. */
  readonly isPathStyle: boolean;
  readonly credentials: S3CredentialsPlace;
}

/** A client that tries each request once: trying again is the wrappers' business. Credentials are read when they are needed. */
export function openS3Client({ zoneId, endpoint, region, isPathStyle, credentials }: S3Address): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: isPathStyle,
    maxAttempts: 1,
    // Checksums in trailers are not understood everywhere, and neither verified nor stored by Ceph: what is sent is hashed in its signature.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Expired at once, so that keys that were changed are used with the next request.
    credentials: async () => ({ ...(await readS3Credentials(zoneId, credentials)), expiration: new Date() }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
    },
  });
}
