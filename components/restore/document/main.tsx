import { StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { readReader } from "../../format/reader.ts";
import { ReaderContext } from "../../format/reader-context.ts";
import { useNow } from "../../vault-lock/use-now.ts";
import { DoorScreen, useDoor } from "../onboarding/door-screen.tsx";
import { openVault } from "../runtime/vault-client.ts";
import { Screens } from "../screens.tsx";
import { VaultGate } from "../vault/vault-gate.tsx";
import "./vault.css";

/** How old "today" and "2 min ago" may get while one looks at them. */
const CLOCK_MS = 60_000;

// The service worker, and so every download, reaches only what lies below the slash.
if (location.pathname === "/vault") location.replace(`/vault/${location.hash}`);

// Before the first paint, so that nothing flashes in the other theme.
const reader = readReader(cookieOf, Date.now());
if (reader.theme !== "system") document.documentElement.dataset.theme = reader.theme;

const place = document.getElementById("vault");
if (place === null) throw new Error("the vault's document has no place for it");
const vault = openVault();
createRoot(place).render(
  <StrictMode>
    <VaultPage />
  </StrictMode>,
);

function VaultPage() {
  const nowMs = useNow(CLOCK_MS) ?? reader.nowMs;
  const door = useDoor();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const settings = useMemo(() => ({ theme: reader.theme, timeZone, nowMs }), [timeZone, nowMs]);
  return (
    <ReaderContext value={settings}>
      {door === null ? (
        <VaultGate vault={vault}>
          <Screens />
        </VaultGate>
      ) : (
        <DoorScreen vault={vault} door={door} />
      )}
    </ReaderContext>
  );
}

function cookieOf(name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];
}
