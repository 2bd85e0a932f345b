import { type Place, VAULT_PLACE } from "../../shell/navigation.ts";
import { Icon } from "../../ui/icon.tsx";

const PLACES: readonly Place[] = [
  { href: "/home", word: "Am I safe?", icon: "home" },
  VAULT_PLACE,
  { href: "/machines", word: "Machines", icon: "machines" },
];

/** The portal's places as icons: the vault needs the width for itself. */
export function Rail({ companyName }: { readonly companyName: string }) {
  return (
    <div className="sticky top-0 grid h-dvh grid-rows-[auto_auto_1fr] justify-items-center gap-3 py-3">
      <span
        aria-hidden="true"
        title={companyName}
        className="grid size-[26px] place-items-center rounded-nav bg-ink text-label font-semibold text-canvas"
      >
        {companyName.slice(0, 1).toUpperCase()}
      </span>
      <nav aria-label="Portal" className="grid gap-[2px]">
        {PLACES.map((place) => (
          <a
            key={place.href}
            href={place === VAULT_PLACE ? "#/" : place.href}
            title={place.word}
            aria-label={place.word}
            aria-current={place === VAULT_PLACE ? "page" : undefined}
            className="grid size-9 place-items-center rounded-nav text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:text-accent"
          >
            <Icon name={place.icon} />
          </a>
        ))}
      </nav>
      <a
        href="#/about"
        title="Vault code"
        aria-label="Vault code"
        className="grid size-9 place-items-center self-end rounded-nav text-ink-2 hover:bg-hover"
      >
        <Icon name="help" />
      </a>
    </div>
  );
}
