"use client";

import { ErrorPanel } from "../components/ui/error-panel.tsx";

export default function RootError(props: { readonly error: Error & { digest?: string }; readonly reset: () => void }) {
  return (
    <main className="mx-auto max-w-[640px] px-6 py-24">
      <ErrorPanel code={props.error.digest} onRetry={props.reset} />
    </main>
  );
}
