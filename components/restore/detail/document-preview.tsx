import { useState } from "react";
import { formatBytes } from "../../format/format-bytes.ts";
import { Dialog } from "../frame/dialog.tsx";
import type { DocumentPreview as Preview } from "../runtime/protocol/reading-calls.ts";
import type { Asked } from "../vault/use-call.ts";
import { PreviewFrame } from "./preview-frame.tsx";

/** The first bytes of a document, drawn; or why not. */
export function DocumentPreview({ asked }: { readonly asked: Asked<Preview> }) {
  const [isLarge, setIsLarge] = useState(false);
  const preview = asked.isCurrent ? asked.value : undefined;
  if (asked.fault !== null) return <Well>It could not be read: {asked.fault.message}</Well>;
  if (preview === undefined) return <Well>Reading and checking it</Well>;
  const refusal = refusalOf(preview);
  if (refusal !== null) return <Well>{refusal}</Well>;
  return (
    <div>
      {isLarge ? null : <PreviewFrame preview={preview} />}
      <p className="mt-1 flex items-center justify-between gap-2 text-small text-ink-2">
        {preview.isWhole
          ? "Drawn in this browser"
          : `The first ${formatBytes(preview.bytes.length)}, drawn in this browser`}
        <button
          type="button"
          className="min-h-6 rounded-key font-[560] text-accent hover:underline"
          onClick={() => setIsLarge(true)}
        >
          Open larger
        </button>
      </p>
      {isLarge ? (
        <Dialog title={preview.name} isWide onClose={() => setIsLarge(false)}>
          <div className="px-5 pb-5">
            <PreviewFrame preview={preview} isLarge />
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}

function refusalOf({ mediaType, isWhole, sizeBytes }: Preview): string | null {
  if (sizeBytes === 0) return "This document is empty.";
  if (mediaType === "other") return "There is no preview of this kind of document. Download it to open it.";
  if (mediaType === "application/pdf") return "PDF documents are not drawn here. Download it to open it.";
  if (mediaType !== "text" && !isWhole) return "This image is too large to be drawn here. Download it to open it.";
  return null;
}

function Well({ children }: { readonly children: React.ReactNode }) {
  return (
    <p className="grid h-[120px] place-items-center rounded-control border border-line bg-sunken px-4 text-center text-small text-ink-2">
      {children}
    </p>
  );
}
