/** "zone 1" for `zone1`: the id is what machines write. */
export function zoneWord(zoneId: string): string {
  return zoneId.replace(/^zone(\d+)$/, "zone $1");
}
