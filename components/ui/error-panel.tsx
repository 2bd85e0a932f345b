"use client";

import { useEffect, useState } from "react";
import { Button } from "./button.tsx";

/** In the place that failed, with the rest working: what happened, what is safe, what to do, a code to quote. */
export function ErrorPanel({ code, onRetry }: { readonly code: string | undefined; readonly onRetry: () => void }) {
  const [failedAt, setFailedAt] = useState<string>();
  useEffect(() => setFailedAt(new Date().toISOString()), []);
  return (
    <section role="alert" className="rounded-card border border-line bg-surface px-4 py-8 text-center shadow-card">
      <h1 className="text-headline font-semibold">This page could not be loaded.</h1>
      <p className="mx-auto mt-2 max-w-[60ch] text-ink-2">
        Backups and what is stored are not touched by it. Try again; if it fails again, quote the code and the time.
      </p>
      <p className="mt-2 font-mono text-small text-ink-3">
        {code ?? "no code"} {failedAt}
      </p>
      <Button className="mt-4" onClick={onRetry}>
        Try again
      </Button>
    </section>
  );
}
