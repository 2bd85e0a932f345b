import { formatBytes, formatCount } from "./format-bytes.ts";

/** Three digits and a unit; the exact number on hover. */
export function Bytes({ bytes }: { readonly bytes: number }) {
  return (
    <span title={`${formatCount(bytes)} bytes`} className="whitespace-nowrap">
      {formatBytes(bytes)}
    </span>
  );
}
