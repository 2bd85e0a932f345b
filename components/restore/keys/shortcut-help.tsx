import { useState } from "react";
import { storeSetting } from "../../format/reader-context.ts";
import { Dialog } from "../frame/dialog.tsx";
import { KeyCap } from "../frame/key-cap.tsx";
import { areShortcutsOn, SHORTCUTS_SETTING } from "./use-shortcuts.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["Arrows", "go through a list, the places, or the time"],
  ["Enter", "opens a folder or a document"],
  ["Backspace, Alt Up", "goes to the folder above"],
  ["Space", "puts into the basket, or takes out"],
  ["[ and ]", "earlier and later snapshot"],
  ["/", "finds a document"],
  ["Shift L", "locks"],
  ["?", "shows this"],
];

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const [isOn, setIsOn] = useState(areShortcutsOn);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 px-5 text-label">
        {KEYS.map(([key, does]) => (
          <div key={key} className="contents">
            <dt className="[&>kbd]:inline">
              <KeyCap>{key}</KeyCap>
            </dt>
            <dd className="text-ink-2">{does}</dd>
          </div>
        ))}
      </dl>
      <label className="m-5 flex items-center gap-2 text-label">
        <input
          type="checkbox"
          checked={isOn}
          onChange={() => {
            storeSetting(SHORTCUTS_SETTING, isOn ? "off" : "on");
            setIsOn(!isOn);
          }}
        />
        Keys of one letter or sign
      </label>
    </Dialog>
  );
}
