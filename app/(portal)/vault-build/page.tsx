import type { Metadata } from "next";
import { PageHead } from "../../../components/ui/page-head.tsx";
import { VaultBuild } from "../../../components/vault-build/vault-build.tsx";
import { openViewerPage } from "../../../server/api/page-session.ts";

export const metadata: Metadata = { title: "Vault code" };

export default async function VaultBuildPage() {
  await openViewerPage();
  return (
    <>
      <PageHead
        headline="This is the code that opens keys in the browser."
        proof="The vault is bundled by itself from the source, the same bytes for everybody, and each of its files has a published hash."
      />
      <VaultBuild />
    </>
  );
}
