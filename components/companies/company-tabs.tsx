"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { CompanyId } from "../../contracts/ids.ts";

/** The parts of one company's page, each with an address of its own. */
export function CompanyTabs({ companyId }: { readonly companyId: CompanyId }) {
  const pathname = usePathname();
  const root = `/companies/${companyId}`;
  const tabs = [
    { href: root, word: "Machines" },
    { href: `${root}/collectors`, word: "Collectors" },
    { href: `${root}/people`, word: "People" },
    { href: `${root}/runs`, word: "Runs" },
    { href: `${root}/archive`, word: "Archive" },
    { href: `${root}/schedule`, word: "Schedule" },
  ];
  return (
    <nav aria-label="Company" className="-mb-1 flex flex-wrap gap-x-5 border-b border-line max-sm:gap-x-4">
      {tabs.map(({ href, word }) => (
        <Link
          key={href}
          href={href}
          aria-current={pathname === href ? "page" : undefined}
          className="-mb-px flex h-9 items-center border-b-2 border-transparent text-label text-ink-2 hover:text-ink max-sm:h-11 aria-[current]:border-accent aria-[current]:font-[560] aria-[current]:text-ink"
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
