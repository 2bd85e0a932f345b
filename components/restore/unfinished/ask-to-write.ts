/** What Chromium and its kin know of a folder; types of the platform leave it out. */
interface Permitted {
  queryPermission?(options: { mode: "readwrite" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "readwrite" }): Promise<PermissionState>;
}

/**
 * Whether this page may write into a folder that was chosen in another tab. A browser that forgot asks the person; call it right after a
 * press, or it does not ask. One that has no such question lets it.
 */
export async function askToWrite(handle: object): Promise<boolean> {
  const folder = handle as Permitted;
  const options = { mode: "readwrite" } as const;
  if ((await folder.queryPermission?.(options)) === "granted") return true;
  return ((await folder.requestPermission?.(options)) ?? "granted") === "granted";
}
