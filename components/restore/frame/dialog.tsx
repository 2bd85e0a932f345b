import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "../../ui/icon.tsx";

/** The browser's own dialog: focus stays inside, Escape leaves without effect, and focus returns to where it was. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={props.onClose}
      className={`m-auto max-h-[min(720px,92dvh)] w-full flex-col overflow-hidden open:flex rounded-dialog border border-line bg-surface p-0 text-ink shadow-dialog backdrop:bg-scrim max-sm:mb-0 max-sm:max-w-full max-sm:rounded-b-none ${props.isWide ? "max-w-[940px]" : "max-w-[480px]"}`}
    >
      <div className="flex shrink-0 items-start justify-between gap-4 px-5 pt-5 pb-3">
        <h2 id={titleId} className="text-dialog font-semibold">
          {props.title}
        </h2>
        <button
          type="button"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
          className="-mt-1 -mr-2 grid size-[30px] shrink-0 place-items-center rounded-nav text-ink-2 hover:bg-hover max-sm:size-11"
        >
          <Icon name="close" />
        </button>
      </div>
      <div className="min-h-0 overflow-y-auto">{props.children}</div>
    </dialog>
  );
}
