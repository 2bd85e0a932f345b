/** Where to go after the sign-in: the vault, if that is where the visitor came from; anything else could lead astray. */
export function nextAddress(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/vault\/(#\/[\w/.-]*)?$/.test(next) ? next : "/";
}
