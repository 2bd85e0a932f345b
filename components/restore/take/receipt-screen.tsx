import { Bytes } from "../../format/bytes.tsx";
import { formatBytes, formatCount } from "../../format/format-bytes.ts";
import { formatDuration } from "../../format/format-duration.ts";
import { Moment } from "../../format/moment.tsx";
import { Button } from "../../ui/button.tsx";
import { FigureRow } from "../../ui/card.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { plural } from "../basket/describe-basket.ts";
import { LoadingLine } from "../frame/loading-line.tsx";
import { PageBody } from "../frame/page-body.tsx";
import { saveText } from "../onboarding/save-text.ts";
import { FaultNote } from "../vault/fault-note.tsx";
import { useCall } from "../vault/use-call.ts";
import { useVault } from "../vault/vault-context.ts";
import { parseReceipt, type ReceiptText } from "./parse-receipt.ts";
import { ReceiptSignature } from "./receipt-signature.tsx";
import { ReceiptSnapshots } from "./receipt-snapshots.tsx";
import { TakeAgain } from "./take-again.tsx";

/** What a restore came to, signed by who asked for it. */
export function ReceiptScreen({ restoreId }: { readonly restoreId: string }) {
  return (
    <PageBody
      crumbs={[
        { word: "Restore", href: "#/" },
        { word: "Receipt", href: null },
      ]}
    >
      <Receipt restoreId={restoreId} />
    </PageBody>
  );
}

function Receipt({ restoreId }: { readonly restoreId: string }) {
  const { vault, person } = useVault();
  const asked = useCall(restoreId, async () => {
    const signed = await vault.calls.readReceipt({ restoreId });
    return { signed, text: parseReceipt(signed.json) };
  });
  if (asked.fault !== null) {
    return (
      <>
        <PageHead headline="There is no receipt to show." />
        <FaultNote title="The receipt could not be read." fault={asked.fault} onRetry={asked.retry} />
      </>
    );
  }
  if (asked.value === undefined) return <LoadingLine label="Signing the receipt" />;
  const { signed, text } = asked.value;
  return (
    <>
      <PageHead
        headline={headlineOf(text)}
        proof={proofOf(text)}
        actions={
          <div className="flex flex-wrap gap-2 print:hidden">
            <TakeAgain restoreId={restoreId} />
            <Button size="large" onClick={() => print()}>
              Print
            </Button>
            <Button look="solid" size="large" onClick={() => saveText(`receipt-${restoreId}.json`, signed.file)}>
              Save the receipt
            </Button>
          </div>
        }
      />
      <FigureRow figures={figuresOf(text, person.email)} />
      <ReceiptSnapshots receipt={text} />
      <ReceiptSignature receipt={text} signed={signed} email={person.email} />
    </>
  );
}

function headlineOf(text: ReceiptText): string {
  const count = `${formatCount(text.documentsVerified)} of ${plural(text.documents, "document")}`;
  if (text.outcome === "done") return `${count} restored and verified`;
  return text.outcome === "failed" ? `${count} verified, then it failed` : `Cancelled after ${count}`;
}

function proofOf(text: ReceiptText): string {
  if (text.outcome !== "done") return text.reason ?? "What was written is not whole.";
  return "Every chunk was decrypted in your browser and its id computed again. Nothing is missing, nothing is short.";
}

function figuresOf(text: ReceiptText, email: string) {
  const tookMs = Date.parse(text.endedAt) - Date.parse(text.startedAt);
  const rate = tookMs > 0 ? `, ${formatBytes((text.bytesVerified / tookMs) * 1000)}/s` : "";
  const { writtenBytes, announcedBytes } = text;
  return [
    { label: "Restored by", value: email },
    { label: "Started", value: <Moment at={new Date(text.startedAt)} isDated /> },
    { label: "Took", value: `${formatDuration(tookMs)}${rate}` },
    {
      label: "Length",
      value: writtenBytes === null ? <Bytes bytes={text.bytesVerified} /> : `${formatCount(writtenBytes)} bytes`,
      note: announcedBytes !== null && announcedBytes === writtenBytes ? "as announced" : undefined,
    },
    { label: "Read", value: `${formatBytes(text.bytesRead)} in ${plural(text.requests, "request")}` },
  ];
}
