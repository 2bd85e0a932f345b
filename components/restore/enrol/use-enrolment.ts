import { useEffect, useState } from "react";
import type { EnrolmentProgress, EnrolmentShown } from "../runtime/protocol/owner-calls.ts";
import type { VaultCalls, VaultFault } from "../runtime/protocol/vault-protocol.ts";
import { type CallClient, toFault } from "../runtime/rpc.ts";

/** Somebody walks to another machine meanwhile; the portal answers in a few milliseconds. */
const ASK_EVERY_MS = 2_000;

export interface Enrolment {
  /** Null before there is a link. */
  readonly shown: EnrolmentShown | null;
  readonly isMaking: boolean;
  readonly progress: EnrolmentProgress;
  /** Why there is no link, or why the state is not live. */
  readonly fault: VaultFault | null;
  readonly make: (machineName: string | null, hours: number) => Promise<void>;
  readonly startAnew: () => void;
}

/** A link for one machine, and how far that machine got. */
export function useEnrolment(vault: CallClient<VaultCalls>): Enrolment {
  const [shown, setShown] = useState<EnrolmentShown | null>(null);
  const [isMaking, setIsMaking] = useState(false);
  const [progress, setProgress] = useState<EnrolmentProgress>({ state: "waiting" });
  const [fault, setFault] = useState<VaultFault | null>(null);
  const enrolmentId = shown?.enrolmentId;
  const isOver = progress.state === "done" || progress.state === "expired";

  useEffect(() => {
    if (enrolmentId === undefined || isOver) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const ask = async () => {
      const asked = await vault.calls.readEnrolment({ enrolmentId }).catch((error: unknown) => toFault(error));
      if (!isWanted) return;
      if ("state" in asked) setProgress(asked);
      setFault("state" in asked ? null : asked);
      timer = setTimeout(ask, ASK_EVERY_MS);
    };
    void ask();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [vault, enrolmentId, isOver]);

  const make = async (machineName: string | null, hours: number) => {
    setIsMaking(true);
    setFault(null);
    try {
      setShown(await vault.calls.createEnrolment({ machineName, hours }));
    } catch (error) {
      setFault(toFault(error));
    }
    setIsMaking(false);
  };
  const startAnew = () => {
    setShown(null);
    setProgress({ state: "waiting" });
    setFault(null);
  };
  return { shown, isMaking, progress, fault, make, startAnew };
}
