import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { THEME_COOKIE } from "../../format/reader.ts";
import { openVault } from "../runtime/vault-client.ts";
import "./vault.css";

// The service worker, and so every download, reaches only what lies below the slash.
if (location.pathname === "/vault") location.replace(`/vault/${location.hash}`);

// Before the first paint, so that nothing flashes in the other theme.
const theme = new RegExp(`(?:^|; )${THEME_COOKIE}=(light|dark)(?:;|$)`).exec(document.cookie)?.[1];
if (theme !== undefined) document.documentElement.dataset.theme = theme;

const place = document.getElementById("vault");
if (place === null) throw new Error("the vault's document has no place for it");
const vault = openVault();
createRoot(place).render(
  <StrictMode>
    <main className="p-6">
      <h1 className="text-headline font-semibold">Restore</h1>
      <button type="button" onClick={() => void vault.calls.whoIsIt()}>
        Who
      </button>
    </main>
  </StrictMode>,
);
