const KIND_WORD: Readonly<Record<string, string>> = {
  files: "Files",
  image: "Image",
  bucket: "Bucket",
  stream: "Stream",
};

/** "Files 1": what a source is called where its name is sealed. */
export function sourceLabel(source: { readonly sourceKind: string; readonly sourceOrdinal: number }): string {
  return `${KIND_WORD[source.sourceKind] ?? source.sourceKind} ${source.sourceOrdinal}`;
}
