import { Moment } from "../../format/moment.tsx";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { PageBody } from "../frame/page-body.tsx";
import { formatRoute } from "../route/route.ts";
import type { RestoreProgress } from "../runtime/protocol/restore-calls.ts";
import { useVault } from "../vault/vault-context.ts";
import { FailedCard } from "./failed-card.tsx";
import { PacksCard } from "./packs-card.tsx";
import { ProgressCard } from "./progress-card.tsx";
import { TakeAgain } from "./take-again.tsx";
import { useTaking } from "./take-context.tsx";
import { hasEnded, takeHeadline, takeProof } from "./take-words.ts";

/** A restore while it runs; it goes on when the vault locks, and this page shows counts then and no names. */
export function RunningScreen({ restoreId }: { readonly restoreId: string }) {
  const progress = useTaking().restores.get(restoreId);
  return (
    <PageBody
      isClear
      crumbs={[
        { word: "Restore", href: "#/" },
        { word: "Restoring", href: null },
      ]}
    >
      {progress === undefined ? <NotHere /> : <Running progress={progress} />}
    </PageBody>
  );
}

function Running({ progress }: { readonly progress: RestoreProgress }) {
  return (
    <>
      <PageHead
        headline={takeHeadline(progress)}
        proof={takeProof(progress)}
        actions={<Actions progress={progress} />}
      />
      <ProgressCard progress={progress} />
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid gap-3">
          <FailedCard progress={progress} />
          <Notes progress={progress} />
        </div>
        <div className="grid gap-3">
          <PacksCard progress={progress} />
          {hasEnded(progress) ? null : <KeepOpen />}
        </div>
      </div>
    </>
  );
}

function Actions({ progress }: { readonly progress: RestoreProgress }) {
  const { vault } = useVault();
  const { restoreId, state } = progress;
  if (hasEnded(progress)) {
    return (
      <>
        {state === "done" ? null : <TakeAgain restoreId={restoreId} />}
        <a className={buttonClass("solid", "large")} href={formatRoute({ kind: "receipt", restoreId })}>
          Receipt
        </a>
      </>
    );
  }
  return (
    <>
      {state === "paused" ? (
        <Button size="large" onClick={() => void vault.calls.resumeRestore({ restoreId })}>
          Go on
        </Button>
      ) : (
        <Button size="large" onClick={() => void vault.calls.pauseRestore({ restoreId })}>
          Pause
        </Button>
      )}
      <Button size="large" onClick={() => void vault.calls.cancelRestore({ restoreId })}>
        Cancel
      </Button>
    </>
  );
}

function Notes({ progress }: { readonly progress: RestoreProgress }) {
  const tone = { info: "text-ink-2", late: "text-late", fail: "text-fail" } as const;
  return (
    <Card title="What happened so far">
      <ol className="border-t border-line">
        {progress.notes.map((note) => (
          <li key={`${note.atMs} ${note.text}`} className="flex gap-3 border-b border-line px-4 py-2 last:border-b-0">
            <span className="shrink-0 text-small text-ink-3">
              <Moment at={new Date(note.atMs)} />
            </span>
            <span className={tone[note.tone]}>{note.text}</span>
          </li>
        ))}
        <li className="flex gap-3 px-4 py-2">
          <span className="shrink-0 text-small text-ink-3">
            <Moment at={new Date(progress.startedAtMs)} />
          </span>
          <span className="text-ink-2">Started.</span>
        </li>
      </ol>
    </Card>
  );
}

function KeepOpen() {
  return (
    <section className="flex gap-3 rounded-card border border-line bg-surface px-4 py-3 shadow-card">
      <span className="mt-[2px] text-key">
        <Icon name="lock" />
      </span>
      <div>
        <h2 className="text-title font-semibold">Keep this tab open.</h2>
        <p className="text-small text-ink-2">
          If the line drops or the computer sleeps, it goes on where it stopped. If the vault locks itself, only the
          names hide; the restore goes on.
        </p>
      </div>
    </section>
  );
}

function NotHere() {
  return (
    <>
      <PageHead headline="This restore is not in this tab." />
      <Card>
        <EmptyState title="Nothing runs here">
          <p>
            A restore lives in the tab that started it. Its receipt is there, too, until the tab is closed.{" "}
            <a href="#/basket" className="font-[560] text-accent underline underline-offset-2">
              Go to the basket
            </a>
          </p>
        </EmptyState>
      </Card>
    </>
  );
}
