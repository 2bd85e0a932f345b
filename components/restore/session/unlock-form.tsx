import { type SubmitEvent, useId, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useVault } from "../vault/vault-context.ts";
import { PinLine } from "./pin-line.tsx";
import { useUnlock } from "./use-unlock.ts";
import { WhoSees } from "./who-sees.tsx";

/** Opens the person's key in this browser, by the passphrase or, one link away, by the recovery key. */
export function UnlockForm() {
  const { person } = useVault();
  const [isRecovery, setIsRecovery] = useState(false);
  return (
    <section aria-label="Unlock" className="mx-auto w-full max-w-[420px] px-6 py-6 max-sm:px-4">
      <div className="flex gap-3">
        <span className="mt-1 text-key">
          <Icon name="lock" sizePx={20} />
        </span>
        <div>
          <h2 className="text-dialog font-semibold">Unlock to see names and restore</h2>
          <p className="mt-1 text-ink-2">
            {isRecovery
              ? `The recovery key opens the company's secret in this browser. It is never sent, and ${person.providerName} has no copy.`
              : `Your passphrase opens your key in this browser. It is never sent, and ${person.providerName} cannot reset it.`}
          </p>
        </div>
      </div>
      <SecretForm key={String(isRecovery)} isRecovery={isRecovery} onSwitch={() => setIsRecovery(!isRecovery)} />
      <WhoSees providerName={person.providerName} />
      <PinLine pin={person.pin} />
      <p className="mt-2 text-small text-ink-2">
        <a href="#/about" className="font-[560] text-accent underline underline-offset-2">
          Which code opens it
        </a>
        , and how to compare it with the published one.
      </p>
    </section>
  );
}

function SecretForm(props: { readonly isRecovery: boolean; readonly onSwitch: () => void }) {
  const { person, lock } = useVault();
  const { isRecovery } = props;
  const { isOpening, refusal, unlock } = useUnlock(isRecovery);
  const refusalId = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void unlock(String(new FormData(event.currentTarget).get("secret")));
  };
  return (
    <form onSubmit={submit} className="mt-4 grid gap-3">
      <label htmlFor="passphrase" className="text-small font-[560]">
        {isRecovery ? "Recovery key, 24 words" : `Passphrase of ${person.email}`}
      </label>
      {isRecovery ? (
        <textarea
          id="passphrase"
          name="secret"
          rows={4}
          required
          autoComplete="off"
          spellCheck={false}
          aria-invalid={refusal !== null || undefined}
          aria-describedby={refusalId}
          className="rounded-control border border-control bg-surface px-3 py-2 font-mono text-label"
        />
      ) : (
        <PassphraseField account={person.email} isWrong={refusal !== null} refusalId={refusalId} />
      )}
      <p id={refusalId} role="alert" className={refusal === null ? "sr-only" : "text-label text-fail"}>
        {refusal}
      </p>
      {/* Not disabled while it opens: that would take the focus from whoever pressed it. */}
      <Button look="solid" size="large" type="submit" aria-disabled={isOpening}>
        {isOpening ? "Opening your key, about 2 s" : "Unlock"}
      </Button>
      <p className="flex flex-wrap justify-between gap-2 text-small text-ink-3">
        Locks again after {lock.idleMinutes} min without you
        <button
          type="button"
          onClick={props.onSwitch}
          className="min-h-6 rounded-key font-[560] text-accent hover:underline"
        >
          {isRecovery ? "Use the passphrase" : "Use the recovery key"}
        </button>
      </p>
    </form>
  );
}

function PassphraseField(props: { readonly account: string; readonly isWrong: boolean; readonly refusalId: string }) {
  const [isShown, setIsShown] = useState(false);
  return (
    <span className="relative grid">
      <input type="text" name="username" autoComplete="username" value={props.account} readOnly hidden />
      <input
        id="passphrase"
        name="secret"
        type={isShown ? "text" : "password"}
        required
        autoComplete="current-password"
        spellCheck={false}
        aria-invalid={props.isWrong || undefined}
        aria-describedby={props.refusalId}
        className="h-10 rounded-control border border-control bg-surface pr-11 pl-3 text-label max-sm:h-12"
      />
      <button
        type="button"
        aria-pressed={isShown}
        aria-label="Show the passphrase"
        title="Show the passphrase"
        onClick={() => setIsShown(!isShown)}
        className="absolute inset-y-1 right-1 grid w-9 place-items-center rounded-nav text-ink-2 hover:bg-hover"
      >
        <Icon name={isShown ? "eyeShut" : "eye"} />
      </button>
    </span>
  );
}
