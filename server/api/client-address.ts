/** The client's address as the gateway, our only caller, saw it; the last entry is the one that it added. */
export function clientAddressOf(headers: Headers): string {
  const forwarded = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return forwarded === undefined || forwarded === "" ? "local" : forwarded;
}
