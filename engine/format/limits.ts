const KIB = 1024;
const MIB = 1024 * KIB;

/** One chunk or page: one window of the reader. */
export const CHUNK_LIMIT_BYTES = 4 * MIB;
/** What a frame may add to its members: sizes of the members, nonce and tag stay far below it. */
export const FRAME_OVERHEAD_BYTES = 64 * KIB;
/** Members of one frame; bounds what one directory row can hold. */
export const FRAME_MEMBERS_LIMIT = 8_192;
/** One request, one buffer. */
export const PACK_LIMIT_BYTES = 32 * MIB;
/** A pack is finished once it holds this much. */
export const PACK_AIM_BYTES = 16 * MIB;
/** Repacked frames of many runs lie in one pack. */
export const SLOTS_LIMIT = 4_096;
/** More than any file system allows. */
export const NAME_LIMIT_BYTES = 4_096;
export const PATH_LIMIT_BYTES = 65_536;
/** Linux allows 255 bytes for the name and 64 KiB for the value. */
export const XATTR_NAME_LIMIT_BYTES = 4_096;
export const XATTR_VALUE_LIMIT_BYTES = 1 * MIB;
/** Gaps are capped at 100,000 listed, all counted. */
export const MANIFEST_LIMIT_BYTES = 16 * MIB;
/** Members below this size share frames; they would cost a row, a nonce and a call of the cipher each. */
export const GROUPED_BELOW_BYTES = 64 * KIB;
/** Plain bytes that a shared frame is filled to. */
export const GROUP_AIM_BYTES = 512 * KIB;
