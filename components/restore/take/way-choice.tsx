import { formatBytes } from "../../format/format-bytes.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import type { RestorePlan } from "../runtime/protocol/restore-calls.ts";
import { canWriteFolders } from "./start-take.ts";
import type { Way } from "./use-take.ts";

interface Choice {
  /** Null for a way that is named and not built yet. */
  readonly way: Way | null;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly note: string;
  readonly isPossible: boolean;
}

/** The ways out. What is impossible stands there with its reason. */
export function WayChoice(props: {
  readonly plan: RestorePlan;
  readonly way: Way;
  readonly canCommand: boolean;
  readonly onChoose: (way: Way) => void;
}) {
  return (
    <fieldset className="overflow-hidden rounded-card border border-line">
      <legend className="sr-only">Where it goes</legend>
      {choicesOf(props.plan, props.canCommand).map((choice) => {
        const isChosen = choice.way === props.way;
        return (
          <label
            key={choice.title}
            className={`flex gap-3 border-b border-line px-3 py-2 last:border-b-0 ${isChosen ? "bg-accent-soft" : ""} ${choice.isPossible ? "cursor-pointer" : ""}`}
          >
            <input
              type="radio"
              name="way"
              className="mt-[3px] size-4 shrink-0 accent-accent-solid"
              checked={isChosen}
              disabled={!choice.isPossible}
              onChange={() => (choice.way === null ? undefined : props.onChoose(choice.way))}
            />
            <span className="mt-[2px] text-accent">
              <Icon name={choice.icon} />
            </span>
            <span className="min-w-0 flex-1">
              <span className="flex flex-wrap justify-between gap-x-3">
                <span className="font-[560]">{choice.title}</span>
                <span className="text-small text-ink-2">{choice.note}</span>
              </span>
              <span className="block text-small text-ink-2">{choice.text}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function choicesOf(plan: RestorePlan, canCommand: boolean): readonly Choice[] {
  const canFolder = canWriteFolders();
  return [
    {
      way: "download",
      icon: "download",
      title: plan.isSingleDocument ? "The document, as it is" : "ZIP in this browser",
      text: "Decrypted here. Goes on if the line drops. Exact length known before it starts.",
      note: formatBytes(plan.lengthBytes),
      isPossible: true,
    },
    {
      way: "folder",
      icon: "folder",
      title: "Into a folder on this computer",
      text: canFolder
        ? "No ZIP. Each document gets its name only when all of it was checked."
        : "This browser lets no page write into a folder. Chrome and Edge do.",
      note: canFolder ? "this browser can" : "not in this browser",
      isPossible: canFolder,
    },
    {
      way: "command",
      icon: "command",
      title: "With the command line",
      text: canCommand
        ? "Copy a command that restores the same on any computer, with owners, rights and times."
        : "No single command restores this choice. Choose fewer entries, or a whole snapshot.",
      note: "holdfast restore",
      isPossible: canCommand,
    },
    {
      way: null,
      icon: "machines",
      title: "To a machine",
      text: "Machines cannot be given single documents yet. Restore on the machine with the command line.",
      note: "not yet",
      isPossible: false,
    },
  ];
}
