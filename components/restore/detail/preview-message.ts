/** What the page hands to the preview's frame: bytes to draw, and how. The frame hands back nothing but that it is ready. */
export interface PreviewMessage {
  readonly kind: "show";
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly theme: "light" | "dark";
  /** For whoever does not see the picture. */
  readonly label: string;
}

export const READY = "preview ready";
