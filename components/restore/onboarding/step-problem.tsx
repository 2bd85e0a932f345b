import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";

/** What went wrong in a step, and that nothing was sent. */
export function StepProblem({ fault, safe }: { readonly fault: VaultFault | null; readonly safe: string }) {
  if (fault === null) return null;
  return (
    <p role="alert" className="text-label text-fail">
      {sentenceOf(fault.message)} {safe} <span className="font-mono text-small">{fault.code}</span>
    </p>
  );
}

/** Messages of the engine begin in lower case and end without a stop. */
export function sentenceOf(message: string): string {
  const text = message.slice(0, 1).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
