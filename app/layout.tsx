import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { readReader } from "../components/format/reader.ts";
import { ReaderProvider } from "../components/format/reader-provider.tsx";
import { hanken, jetbrains } from "./fonts.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Holdfast", template: "%s, Holdfast" },
  description: "Sealed backups in two zones.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

/** The document around every page. Reading the request makes each answer its own, which its script nonce needs. */
export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  await headers();
  const jar = await cookies();
  const reader = readReader((name) => jar.get(name)?.value, Date.now());
  return (
    <html
      lang="en"
      className={`${hanken.variable} ${jetbrains.variable}`}
      data-theme={reader.theme === "system" ? undefined : reader.theme}
    >
      <body>
        <ReaderProvider reader={reader}>{children}</ReaderProvider>
      </body>
    </html>
  );
}
