import { type KeyboardEvent, useRef } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useRoute } from "../route/use-route.ts";
import type { MachinePlace } from "../runtime/protocol/reading-calls.ts";
import { useVault } from "../vault/vault-context.ts";
import { listTreeRows, type TreeRow } from "./tree-rows.ts";

const INDENT = { 1: "pl-3", 2: "pl-7", 3: "pl-11" } as const;

/** The company, its machines and their sources: one tab stop, arrows within. */
export function PlacesTree(props: {
  readonly places: readonly MachinePlace[];
  readonly names: Readonly<Record<string, string>>;
}) {
  const { person } = useVault();
  const rows = listTreeRows({ ...props, companyName: person.companyName, route: useRoute() });
  const tree = useRef<HTMLDivElement>(null);
  const stop = Math.max(
    0,
    rows.findIndex((row) => row.isCurrent),
  );
  const move = (event: KeyboardEvent) => {
    const links = [...(tree.current?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [])];
    const at = links.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      links[to]?.focus();
    }
    if (event.key === "ArrowRight" || event.key === " ") {
      event.preventDefault();
      links[at]?.click();
    }
    if (event.key === "ArrowLeft") {
      event.preventDefault();
      links[rows.findLastIndex((row, index) => index < at && row.level < (rows[at]?.level ?? 1))]?.focus();
    }
  };
  return (
    <nav aria-label="Places" className="min-h-0 overflow-y-auto px-2 py-3">
      <p aria-hidden="true" className="px-3 pb-1 text-small text-ink-3">
        Places
      </p>
      <div ref={tree} role="tree" aria-label="Places" onKeyDown={move}>
        {rows.map((row, at) => (
          <TreeLine key={row.key} row={row} isStop={at === stop} />
        ))}
      </div>
    </nav>
  );
}

function TreeLine({ row, isStop }: { readonly row: TreeRow; readonly isStop: boolean }) {
  return (
    <a
      role="treeitem"
      href={row.href}
      aria-level={row.level}
      aria-selected={row.isCurrent}
      aria-current={row.isCurrent ? "page" : undefined}
      aria-expanded={row.isExpanded ?? undefined}
      tabIndex={isStop ? 0 : -1}
      className={`flex h-7 items-center gap-2 rounded-nav pr-2 text-label text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:font-[560] aria-[current]:text-ink max-sm:h-11 ${INDENT[row.level]}`}
    >
      <Icon name={row.icon} />
      <span className="truncate">{row.word}</span>
    </a>
  );
}
