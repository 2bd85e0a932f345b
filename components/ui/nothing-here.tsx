import Link from "next/link";

/** For an address that is none, and for what this person may not know of: both look the same. */
export function NothingHere() {
  return (
    <section className="rounded-card border border-line bg-surface px-4 py-12 text-center shadow-card">
      <h1 className="text-headline font-semibold">There is nothing at this address.</h1>
      <p className="mx-auto mt-2 max-w-[60ch] text-ink-2">
        It may have been mistyped, or it belongs to something that you cannot see with this account.
      </p>
      <p className="mt-4">
        <Link href="/" className="font-[560] text-accent underline underline-offset-2">
          Go to the first page
        </Link>
      </p>
    </section>
  );
}
