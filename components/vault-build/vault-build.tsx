"use client";

import type { VaultHashes } from "../../contracts/vault-hashes.ts";
import { Bytes } from "../format/bytes.tsx";
import { Card } from "../ui/card.tsx";
import { Command } from "../ui/command.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { type ServedHashes, usePortalAddress, useVaultHashes } from "./use-vault-hashes.ts";

/** Which code opens the company's keys in a browser, by its hashes, and how to find out whether it is the published one. */
export function VaultBuild() {
  const served = useVaultHashes();
  const address = usePortalAddress();
  return (
    <>
      <Card title="Compare it yourself">
        <div className="border-t border-line px-4 py-3 *:max-w-[80ch]">
          <p>
            Whoever runs this portal could serve another vault, which reads what is typed into it. On a computer of your
            own, in a checkout of the source that you trust, this builds the vault again and compares every file that
            the portal serves:
          </p>
          <Command>{`bin/holdfast vault-hash --portal ${address}`}</Command>
          <p className="text-small text-ink-2">
            It compares what the portal serves to that computer at that moment. What this page shows is what the portal
            says of itself; that alone proves nothing. Restoring by the command line needs no code from here.
          </p>
        </div>
      </Card>
      <Card title="What the portal says that it serves" note={noteOf(served)}>
        {served.kind === "known" ? (
          <FileTable hashes={served.hashes} />
        ) : (
          <EmptyState title={served.kind === "loading" ? "Reading the list" : "There is no list to show"}>
            {served.kind === "absent" ? (
              <p role="alert">
                {served.why} A vault without its list can still be compared by the command, which does not need it.
              </p>
            ) : null}
          </EmptyState>
        )}
      </Card>
    </>
  );
}

function noteOf(served: ServedHashes): string | undefined {
  return served.kind === "known" ? `${served.hashes.files.length} files` : undefined;
}

function FileTable({ hashes }: { readonly hashes: VaultHashes }) {
  return (
    <>
      <dl className="border-t border-line px-4 py-3">
        <dt className="text-small text-ink-3">Build, one hash over all files</dt>
        <dd className="mt-1 font-mono text-label break-all">{hashes.build}</dd>
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label="Files of the vault" tabIndex={0} className="overflow-x-auto">
        <table className="w-full border-collapse text-left text-label">
          <thead>
            <tr className="text-small text-ink-3">
              {["File", "SHA-256"].map((word) => (
                <th key={word} scope="col" className="h-8 px-3 font-normal first:pl-4">
                  {word}
                </th>
              ))}
              <th scope="col" className="px-4 text-right font-normal">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {hashes.files.map(({ path, sha256, sizeBytes }) => (
              <tr key={path} className="border-t border-line">
                <th scope="row" className="h-10 px-3 py-2 pl-4 font-normal whitespace-nowrap">
                  {path}
                </th>
                <td className="px-3 py-2 font-mono text-small break-all text-ink-2">{sha256}</td>
                <td className="px-4 py-2 text-right whitespace-nowrap text-ink-2">
                  <Bytes bytes={sizeBytes} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
