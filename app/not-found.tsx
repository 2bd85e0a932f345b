import type { Metadata } from "next";
import { NothingHere } from "../components/ui/nothing-here.tsx";

export const metadata: Metadata = { title: "Nothing here" };

export default function NotFound() {
  return (
    <main className="mx-auto max-w-[640px] px-6 py-24">
      <NothingHere />
    </main>
  );
}
