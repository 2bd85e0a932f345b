import { PageBody } from "../frame/page-body.tsx";
import { useVault } from "../vault/vault-context.ts";
import { AddMachine } from "./add-machine.tsx";
import { HostedData } from "./hosted-data.tsx";

/** A link for one more machine. It is signed with the company's keys, so the vault must be open, and its owner there. */
export function EnrolScreen() {
  const { vault, person } = useVault();
  const isOwner = person.role === "owner";
  return (
    <PageBody
      isClear={!isOwner}
      crumbs={[
        { word: person.companyName, href: "#/" },
        { word: "Add a machine", href: null },
      ]}
    >
      <h1 className="text-headline font-semibold">{isOwner ? "Add a machine." : "Owners let machines in."}</h1>
      {isOwner ? (
        <>
          <section
            aria-label="Add a machine"
            className="grid max-w-[620px] gap-4 rounded-card border border-line bg-surface p-6 shadow-card max-sm:p-4"
          >
            <AddMachine vault={vault} />
          </section>
          <HostedData />
        </>
      ) : (
        <p className="text-ink-2">
          A machine's link is signed with the company's root key, which only owners have. Ask one of them.
        </p>
      )}
    </PageBody>
  );
}
