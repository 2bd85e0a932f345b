import { useState } from "react";
import { collectorStatus, problemSentence } from "../../collectors/collector-words.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { StepProblem } from "../onboarding/step-problem.tsx";
import type { CollectorShown } from "../runtime/protocol/owner-calls.ts";
import { useCollectors } from "./use-collectors.ts";

/** Folders that the provider hosts and asks to back up: consent, decline, withdraw. Nothing where it never asked. */
export function HostedData() {
  const { collectors, fault, busyId, consent, end } = useCollectors();
  if (collectors.length === 0 && fault === null) return null;
  return (
    <section
      aria-label="Data that your provider hosts"
      className="grid max-w-[620px] gap-4 rounded-card border border-line bg-surface p-6 shadow-card max-sm:p-4"
    >
      <h2 className="text-title font-semibold">Data that your provider hosts</h2>
      <p className="text-ink-2">
        These folders lie on your provider's own storage, and only an owner can let it back them up. Its collector reads
        them in clear while it does, keeps their names in its memory until the service stops, and seals everything for
        you: what it has stored, it cannot read back.
      </p>
      <ul className="grid gap-4">
        {collectors.map((collector) => (
          <HostedFolder
            key={collector.collectorId}
            collector={collector}
            isBusy={busyId === collector.collectorId}
            onConsent={() => consent(collector)}
            onEnd={() => end(collector)}
          />
        ))}
      </ul>
      <StepProblem fault={fault} safe="Nothing was changed." />
    </section>
  );
}

interface HostedFolderProps {
  readonly collector: CollectorShown;
  readonly isBusy: boolean;
  readonly onConsent: () => void;
  readonly onEnd: () => void;
}

function HostedFolder({ collector, isBusy, onConsent, onEnd }: HostedFolderProps) {
  const { name, path, state } = collector;
  const [isSure, setSure] = useState(false);
  const isProposed = state === "proposed";
  const problem = problemSentence(collector);
  return (
    <li className="grid gap-2 border-t border-line pt-4">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-[560]">{name}</span>
        <StatusMark
          status={isProposed ? { word: "Not decided", shape: "waiting", tone: "quiet" } : collectorStatus(collector)}
        />
      </p>
      <p className="font-mono text-label break-all">{path}</p>
      {problem === null ? null : <p className="text-small text-late">{problem}</p>}
      {isSure ? (
        <p className="text-ink-2">It stops for good, and what it has backed up stays. Your provider can ask again.</p>
      ) : null}
      <div className="flex flex-wrap gap-3">
        {isProposed ? (
          <Button look="solid" disabled={isBusy} onClick={onConsent} aria-label={`Consent to ${name}`}>
            {isBusy ? "Consenting" : "Consent"}
          </Button>
        ) : null}
        {isProposed || isSure ? (
          <Button disabled={isBusy} onClick={onEnd} aria-label={`${isProposed ? "Decline" : "Withdraw for"} ${name}`}>
            {isProposed ? "Decline" : "Withdraw the consent"}
          </Button>
        ) : (
          <Button onClick={() => setSure(true)} aria-label={`Withdraw the consent to ${name}`}>
            Withdraw
          </Button>
        )}
        {isSure ? <Button onClick={() => setSure(false)}>Keep it</Button> : null}
      </div>
    </li>
  );
}
