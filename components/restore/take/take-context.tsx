import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";
import { useVault } from "../vault/vault-context.ts";
import { TakeDialog } from "./take-dialog.tsx";
import type { StartedTake, TakeRequest } from "./take-request.ts";
import { hasEnded } from "./take-words.ts";

interface Taking {
  /** By id, as the worker told last. */
  readonly restores: ReadonlyMap<string, RestoreProgress>;
  /** What this tab started, by id, to start the same again. */
  readonly started: ReadonlyMap<string, StartedTake>;
  readonly keepStarted: (restoreId: string, started: StartedTake) => void;
  /** Plans it and asks where it goes. */
  readonly ask: (request: TakeRequest) => void;
}

const TakeContext = createContext<Taking | null>(null);

export function useTaking(): Taking {
  const taking = useContext(TakeContext);
  if (taking === null) throw new Error("this is shown outside of what takes home");
  return taking;
}

/** Restores of this tab: what they tell, the dialog before them, and the question whether to leave while one runs. */
export function TakeProvider({ children }: { readonly children: ReactNode }) {
  const { vault } = useVault();
  const [restores, setRestores] = useState<ReadonlyMap<string, RestoreProgress>>(new Map());
  const [started, setStarted] = useState<ReadonlyMap<string, StartedTake>>(new Map());
  const [request, setRequest] = useState<TakeRequest | null>(null);
  useEffect(() => {
    const keep = (told: readonly RestoreProgress[]) =>
      setRestores((before) => new Map([...before, ...told.map((one) => [one.restoreId, one] as const)]));
    void vault.calls.listRestores().then(keep, () => undefined);
    return vault.onEvent((event) => {
      if (event.kind === "restore") keep([event.restore]);
    });
  }, [vault]);
  const isRunning = [...restores.values()].some((one) => !hasEnded(one) && one.state !== "planned");
  useEffect(() => {
    if (!isRunning) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => removeEventListener("beforeunload", stay);
  }, [isRunning]);
  const taking = useMemo((): Taking => {
    const keepStarted: Taking["keepStarted"] = (restoreId, one) =>
      setStarted((before) => new Map(before).set(restoreId, one));
    return { restores, started, keepStarted, ask: setRequest };
  }, [restores, started]);
  const close = () => setRequest(null);
  return (
    <TakeContext value={taking}>
      {children}
      {request === null ? null : (
        <TakeDialog
          request={request}
          onClose={close}
          onStarted={(restoreId, one) => {
            taking.keepStarted(restoreId, one);
            close();
          }}
        />
      )}
    </TakeContext>
  );
}
