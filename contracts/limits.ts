/** Every limit on what crosses a process, each with its unit in the name and its reason beside it. */

/** Ids in one `known-chunks` or `locate` request: 320 KB of body, answered from the index in about 10 ms. */
export const CHUNK_IDS_MAX_COUNT = 10_000;
/** Ids in one `locate-copies` request: each may have many copies, so the index looks at more for each. */
export const COPIES_IDS_MAX_COUNT = 256;
/** One pack; the builder aims at 16 MiB, a last frame may stand over. It passes through one of the gateway's buffers. */
export const PACK_MAX_BYTES = 32 * 1024 * 1024;
/**
 * What gateway and agent give one pack, from its first byte to the answer: so long take four of the largest that share the least bandwidth limit
 * (`BANDWIDTH_MIN_BYTES_PER_SECOND`, 36 min), with room. Without a limit, 32 MiB at 12 KB/s.
 */
export const PACK_PATIENCE_MS = 45 * 60 * 1000;
/** A manifest with its sealed part; 16 MiB lists about 100,000 gaps, plus the header. */
export const MANIFEST_MAX_BYTES = 16 * 1024 * 1024 + 4096;

/** A control request; the largest is a first owner's keys (a few KB). Bulk goes through the gateway. */
export const CONTROL_BODY_MAX_BYTES = 1024 * 1024;
/** One signed statement, certificate or source definition; a source may list some hundred paths. */
export const SIGNED_OBJECT_MAX_BYTES = 64 * 1024;
/** A sealed wrap as JSON. */
export const WRAP_MAX_BYTES = 4096;
/** A member blob: salt, Argon2id wrap, three secrets. */
export const MEMBER_BLOB_MAX_BYTES = 4096;
/** An enrolment's wrapped payload. */
export const ENROLMENT_PAYLOAD_MAX_BYTES = 8192;
/** Statements in one append or one page of the log. */
export const LOG_PAGE_MAX_COUNT = 200;
/** Wraps made in one step: two secrets to a member and the recovery key, with room. */
export const WRAPS_MAX_COUNT = 32;

/** Rows in one page of a list. */
export const PAGE_MAX_COUNT = 500;
export const PAGE_DEFAULT_COUNT = 100;
/** A cursor holds the name or address that the next page begins behind, as base64 of its UTF-8. */
export const CURSOR_MAX_LENGTH = 1400;

/** A name of a company, machine or person, in UTF-16 units; two lines of a table. */
export const NAME_MAX_LENGTH = 120;
/** RFC 5321: the longest address that can be delivered to. */
export const EMAIL_MAX_LENGTH = 254;
/** Long enough that length, not rules, makes it strong. */
export const PASSWORD_MIN_LENGTH = 12;
/** Argon2id reads all of it: a bound on the work a visitor can cause. */
export const PASSWORD_MAX_LENGTH = 256;

/** How far an agent's clock may be from the server's in a signed request. */
export const AGENT_REQUEST_SKEW_MS = 5 * 60 * 1000;
/** Life of a token for the gateway; heartbeats bring a new one. */
export const BULK_TOKEN_TTL_MS = 15 * 60 * 1000;
/** Life of a session of the command line and of the browser. */
export const SESSION_TTL_MS = 12 * 60 * 60 * 1000;
/** How far ahead an enrolment or an invitation may be valid. */
export const LINK_MAX_TTL_MS = 30 * 24 * 60 * 60 * 1000;

/** Version of the control protocol; both sides say theirs in `x-holdfast-protocol`. */
export const PROTOCOL_VERSION = 1;
/** Oldest protocol that this server still speaks. */
export const PROTOCOL_MIN_VERSION = 1;
/** Header names of the handshake. */
export const PROTOCOL_HEADER = "x-holdfast-protocol";
export const AGENT_VERSION_HEADER = "x-holdfast-agent-version";
/** Oldest agent that this server still works with. */
export const AGENT_MIN_VERSION = "0.1.0";
