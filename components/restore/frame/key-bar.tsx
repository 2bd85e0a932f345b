import { Icon } from "../../ui/icon.tsx";
import { lockNow } from "../vault/use-lock.ts";
import { useVault } from "../vault/vault-context.ts";
import { KeyCap } from "./key-cap.tsx";

/** Whether names are open, where, and what the provider sees meanwhile. */
export function KeyBar() {
  const { isOpen, person, vault } = useVault();
  if (!isOpen) {
    return (
      <section
        aria-label="Vault"
        className="flex min-h-9 items-center gap-3 border-b border-line bg-sunken px-6 py-2 text-label max-sm:px-4"
      >
        <Icon name="lock" sizePx={14} />
        <strong className="font-[560]">Locked</strong>
        <span className="text-ink-2 max-sm:sr-only">
          {person.providerName} sees no more than this either: machine names, stored sizes, counts and times.
        </span>
      </section>
    );
  }
  return (
    <section
      aria-label="Vault"
      className="flex min-h-9 items-center gap-3 border-b border-key-line bg-key-soft px-6 text-label text-key max-sm:px-4"
    >
      <Icon name="unlocked" sizePx={14} />
      <strong className="font-[560] whitespace-nowrap">Opened in this browser only</strong>
      <span className="min-w-0 truncate text-ink-2 max-md:sr-only">
        Names and content are readable here and nowhere else. {person.providerName} sees stored sizes and times.
      </span>
      <button
        type="button"
        onClick={() => lockNow(vault)}
        className="ml-auto inline-flex min-h-8 items-center gap-2 rounded-key px-1 font-[560] whitespace-nowrap hover:underline max-sm:min-h-11"
      >
        Lock now <KeyCap>Shift L</KeyCap>
      </button>
    </section>
  );
}
