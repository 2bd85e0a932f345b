import { Crumbs } from "./crumbs.tsx";
import { VaultFrame } from "./vault-frame.tsx";

/** For an address that is none. */
export function NowhereScreen() {
  return (
    <VaultFrame crumbs={<Crumbs crumbs={[{ word: "Restore", href: "#/" }]} />}>
      <section className="mx-auto max-w-[560px] px-4 py-24 text-center">
        <h1 className="text-headline font-semibold">There is nothing at this address.</h1>
        <p className="mt-2 text-ink-2">
          It may have been mistyped, or what it named is not known in this window any more.
        </p>
        <p className="mt-4">
          <a href="#/" className="font-[560] text-accent underline underline-offset-2">
            Go to the company
          </a>
        </p>
      </section>
    </VaultFrame>
  );
}
