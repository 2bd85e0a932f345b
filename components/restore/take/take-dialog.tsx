import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Command } from "../../ui/command.tsx";
import { Dialog } from "../frame/dialog.tsx";
import { LoadingLine } from "../frame/loading-line.tsx";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { PlanFacts } from "./plan-facts.tsx";
import type { StartedTake, TakeRequest } from "./take-request.ts";
import { planTitle } from "./take-words.ts";
import { useTake, type Way } from "./use-take.ts";
import { WayChoice } from "./way-choice.tsx";

/** Choice left, plan right; the button names what will happen. */
export function TakeDialog(props: {
  readonly request: TakeRequest;
  readonly onClose: () => void;
  readonly onStarted: (restoreId: string, started: StartedTake) => void;
}) {
  const { request, onClose } = props;
  const take = useTake(request, props.onStarted);
  const [way, setWay] = useState<Way>("download");
  const plan = take.plan.value;
  return (
    <Dialog title={plan === undefined ? "Restore" : planTitle(plan)} onClose={onClose} isWide>
      {take.plan.fault !== null ? (
        <FaultNote title="This could not be planned." fault={take.plan.fault} onRetry={take.plan.retry} />
      ) : plan === undefined ? (
        <LoadingLine label="Counting what was chosen" />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="px-5 pb-5">
            <p className="pb-3 text-ink-2">
              {plan.documents === 1 ? "Choose where it goes." : "Choose where they go."} Every byte is checked on
              arrival.
            </p>
            <WayChoice plan={plan} way={way} canCommand={request.commands.length > 0} onChoose={setWay} />
            {way === "command" ? <Command>{request.commands.join("\n")}</Command> : null}
            {take.fault === null ? null : <FaultNote title="It did not start." fault={take.fault} />}
          </div>
          <div className="grid content-start gap-4 border-line bg-sunken px-5 py-4 max-sm:border-t sm:border-l">
            <PlanFacts plan={plan} />
            <div className="flex justify-end gap-2 max-sm:sticky max-sm:bottom-0 max-sm:-mx-5 max-sm:-mb-4 max-sm:border-t max-sm:border-line max-sm:bg-sunken max-sm:px-5 max-sm:py-3">
              <Button size="large" onClick={onClose}>
                Back
              </Button>
              {way === "command" ? null : (
                <Button
                  look="solid"
                  size="large"
                  className="flex-1"
                  disabled={take.isStarting || plan.documents + plan.folders + plan.others === 0}
                  onClick={() => void take.start(way)}
                >
                  {startWord(plan, way)}
                </Button>
              )}
            </div>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function startWord(plan: RestorePlan, way: Exclude<Way, "command">): string {
  if (way === "folder") return "Choose the folder";
  return plan.isSingleDocument ? "Download the document" : "Download ZIP";
}
