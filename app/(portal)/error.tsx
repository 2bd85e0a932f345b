"use client";

import { ErrorPanel } from "../../components/ui/error-panel.tsx";

export default function PageError(props: { readonly error: Error & { digest?: string }; readonly reset: () => void }) {
  return <ErrorPanel code={props.error.digest} onRetry={props.reset} />;
}
