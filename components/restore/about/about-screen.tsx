import { PageHead } from "../../ui/page-head.tsx";
import { VaultBuild } from "../../vault-build/vault-build.tsx";
import { PageBody } from "../frame/page-body.tsx";

/** Which code this is; also while it is locked, because that is when to ask. */
export function AboutScreen() {
  return (
    <PageBody
      isClear
      crumbs={[
        { word: "Restore", href: "#/" },
        { word: "Vault code", href: null },
      ]}
    >
      <PageHead
        headline="This is the code that opens your keys."
        proof="The vault is bundled by itself from the source, the same bytes for everybody, and each of its files has a published hash."
      />
      <VaultBuild />
    </PageBody>
  );
}
