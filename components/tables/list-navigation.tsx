"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { createContext, type MouseEvent, type ReactNode, useCallback, useContext, useMemo, useTransition } from "react";

interface ListNavigation {
  /** Whether other rows are on their way; the old ones stay until then. */
  readonly isPending: boolean;
  readonly go: (href: string, how?: "push" | "replace") => void;
}

const NavigationContext = createContext<ListNavigation | null>(null);

/** Loads other rows of the same list in the background of what is shown. */
export function ListNavigationProvider({ children }: { readonly children: ReactNode }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const go = useCallback(
    (href: string, how: "push" | "replace" = "push") => startTransition(() => router[how](href, { scroll: false })),
    [router],
  );
  const navigation = useMemo(() => ({ isPending, go }), [isPending, go]);
  return <NavigationContext value={navigation}>{children}</NavigationContext>;
}

export function useListNavigation(): ListNavigation {
  const navigation = useContext(NavigationContext);
  if (navigation === null) throw new Error("a list's parts stand inside of its card");
  return navigation;
}

interface ListLinkProps {
  readonly href: string;
  readonly className: string;
  readonly label?: string | undefined;
  readonly isCurrent?: boolean;
  readonly children: ReactNode;
}

/** A link to other rows of the same list; opened elsewhere, it is an ordinary one. */
export function ListLink({ href, className, label, isCurrent = false, children }: ListLinkProps) {
  const { go } = useListNavigation();
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <Link
      href={href}
      prefetch={false}
      onClick={onClick}
      className={className}
      aria-label={label}
      aria-current={isCurrent ? "true" : undefined}
    >
      {children}
    </Link>
  );
}
