"use client";

import { useState } from "react";
import { THEME_COOKIE, type Theme } from "../format/reader.ts";
import { storeSetting, useReader } from "../format/reader-context.ts";
import { Icon, type IconName } from "../ui/icon.tsx";

const THEMES: readonly { theme: Theme; word: string; icon: IconName }[] = [
  { theme: "light", word: "Light", icon: "sun" },
  { theme: "dark", word: "Dark", icon: "moon" },
  { theme: "system", word: "Like the system", icon: "system" },
];

/** Three ways to see; the choice is in place before the next paint, and on every later page. */
export function ThemeSwitch() {
  const [chosen, setChosen] = useState<Theme>(useReader().theme);
  const choose = (theme: Theme) => {
    setChosen(theme);
    storeSetting(THEME_COOKIE, theme);
    const { dataset } = document.documentElement;
    if (theme === "system") delete dataset.theme;
    else dataset.theme = theme;
  };
  return (
    <fieldset className="flex rounded-control border border-line-2 p-[2px]">
      <legend className="sr-only">Theme</legend>
      {THEMES.map(({ theme, word, icon }) => (
        <button
          key={theme}
          type="button"
          title={word}
          aria-label={word}
          aria-pressed={chosen === theme}
          onClick={() => choose(theme)}
          className="grid size-6 place-items-center rounded-nav text-ink-3 hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          <Icon name={icon} sizePx={14} />
        </button>
      ))}
    </fieldset>
  );
}
