import { Icon } from "../ui/icon.tsx";
import { VAULT_PLACE } from "./navigation.ts";

/** The way from "am I safe" to having something back. */
export function RestoreLink() {
  return (
    <a
      href={VAULT_PLACE.href}
      className="inline-flex h-9 items-center justify-center gap-2 rounded-control bg-accent-solid px-4 text-label font-[560] text-on-accent hover:opacity-92 max-sm:h-11"
    >
      <Icon name={VAULT_PLACE.icon} />
      {VAULT_PLACE.word} documents
    </a>
  );
}
