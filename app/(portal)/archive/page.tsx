import type { Metadata } from "next";
import { CompanyArchive } from "../../../components/archive/archive-page.tsx";
import { RetentionRow } from "../../../components/archive/retention-row.tsx";
import { CompanyPolicy } from "../../../components/policies/company-policy.tsx";
import { Card } from "../../../components/ui/card.tsx";
import { PageHead } from "../../../components/ui/page-head.tsx";
import type { CompanyId } from "../../../contracts/ids.ts";
import type { Viewer } from "../../../contracts/viewer.ts";
import type { PageApi } from "../../../server/api/page-caller.ts";
import { openViewerPage } from "../../../server/api/page-session.ts";
import { readCompanyPolicy } from "../company-policy.ts";

export const metadata: Metadata = { title: "Archive" };

const PROOF =
  "What is frozen stays until its time is over: the service refuses to change it for anybody, and the zones lock it.";

/** Members see what their company keeps; staff what holds wherever a company sets nothing. */
export default async function ArchivePage() {
  const { api, viewer } = await openViewerPage();
  if (viewer.kind === "member") {
    return <MemberArchive api={api} companyId={viewer.companyId} viewer={viewer} />;
  }
  const retention = await api.archive.retention({ subject: { level: "provider" } });
  return (
    <>
      <PageHead headline="How long snapshots are kept" proof={PROOF} />
      <Card title="Retention" note="holds wherever a policy, a company, a machine or a source sets nothing else">
        <ul>
          <RetentionRow
            name="All companies"
            subject={{ level: "provider" }}
            retention={retention}
            canEdit={viewer.role === "admin"}
          />
        </ul>
      </Card>
    </>
  );
}

async function MemberArchive(props: { readonly api: PageApi; readonly companyId: CompanyId; readonly viewer: Viewer }) {
  const { api, companyId, viewer } = props;
  const tiers = await api.archive.tiers({ companyId });
  const retention = await api.archive.retention({ subject: { level: "company", companyId } });
  const { holds } = await api.archive.holds({ companyId });
  return (
    <>
      <PageHead headline="What is kept, and for how long" proof={PROOF} />
      <CompanyPolicy {...(await readCompanyPolicy(api, companyId, viewer))} />
      <CompanyArchive
        companyId={companyId}
        tiers={tiers}
        retention={retention}
        holds={holds}
        canEdit={viewer.role === "owner"}
      />
    </>
  );
}
