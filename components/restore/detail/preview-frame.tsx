import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { DocumentPreview } from "../runtime/protocol/reading-calls.ts";
import { type PreviewMessage, READY } from "./preview-message.ts";

/** Draws text or an image in a frame that can reach nothing. */
export function PreviewFrame({
  preview,
  isLarge = false,
}: {
  readonly preview: DocumentPreview;
  readonly isLarge?: boolean;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [isReady, setIsReady] = useState(false);
  const theme = useSyncExternalStore(listenToTheme, readTheme);
  useEffect(() => {
    const listen = ({ source, data }: MessageEvent) => {
      if (source === frame.current?.contentWindow && data === READY) setIsReady(true);
    };
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, []);
  useEffect(() => {
    if (!isReady) return;
    const message: PreviewMessage = {
      kind: "show",
      mediaType: preview.mediaType,
      bytes: preview.bytes,
      theme,
      label: `Preview of ${preview.name}`,
    };
    // An opaque origin has no name to aim at; the frame was made by this page and holds only its own script.
    frame.current?.contentWindow?.postMessage(message, "*");
  }, [isReady, preview, theme]);
  return (
    <iframe
      ref={frame}
      title="Preview"
      src="/vault/preview.html"
      sandbox="allow-scripts"
      className={`block w-full rounded-control border border-line bg-surface ${isLarge ? "h-[70dvh]" : "h-[216px]"}`}
    />
  );
}

/** The system's theme may change while a document is looked at. */
function listenToTheme(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => system.removeEventListener("change", changed);
}

function readTheme(): "light" | "dark" {
  return getComputedStyle(document.documentElement).colorScheme === "dark" ? "dark" : "light";
}
