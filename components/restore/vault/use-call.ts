import { useEffect, useEffectEvent, useState } from "react";
import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { toFault } from "../runtime/rpc.ts";

/** One question to the worker as it is drawn: while it runs, the answer before it stays. */
export interface Asked<T> {
  readonly isLoading: boolean;
  /** The last answer, perhaps to the question before; see `isCurrent`. */
  readonly value: T | undefined;
  readonly isCurrent: boolean;
  readonly fault: VaultFault | null;
  retry(): void;
}

interface Held<T> {
  readonly key: string | null;
  readonly value: T | undefined;
  readonly valueKey: string | null;
  readonly fault: VaultFault | null;
}

/** Asks anew when the key changes; a null key asks nothing. An answer that comes too late is dropped. */
export function useCall<T>(key: string | null, ask: () => Promise<T>): Asked<T> {
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<Held<T>>({ key: null, value: undefined, valueKey: null, fault: null });
  const onAsk = useEffectEvent(ask);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks the same question again
  useEffect(() => {
    if (key === null) return;
    let isWanted = true;
    onAsk().then(
      (value) => {
        if (isWanted) setHeld({ key, value, valueKey: key, fault: null });
      },
      (error: unknown) => {
        if (isWanted) setHeld((before) => ({ ...before, key, fault: toFault(error) }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [key, attempt]);
  const isAnswered = held.key === key;
  return {
    isLoading: key !== null && !isAnswered,
    value: key === null ? undefined : held.value,
    isCurrent: key !== null && held.valueKey === key,
    fault: isAnswered ? held.fault : null,
    retry: () => {
      setHeld((before) => ({ ...before, key: null, fault: null }));
      setAttempt((count) => count + 1);
    },
  };
}
