"use client";

import { useState } from "react";
import { Button } from "./button.tsx";

/** Copies a text, and says so; where the browser does not let a page copy, it says what to do instead. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [outcome, setOutcome] = useState<"copied" | "refused">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome("copied");
    } catch {
      setOutcome("refused");
    }
  };
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Button onClick={copy}>{label}</Button>
      <span role="status" className="text-small text-ink-3">
        {outcome === "copied" ? "Copied" : null}
        {outcome === "refused" ? "This browser does not let pages copy. Select the text and copy it." : null}
      </span>
    </span>
  );
}
