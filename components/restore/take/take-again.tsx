import { Button } from "../../ui/button.tsx";
import { useVault } from "../vault/vault-context.ts";
import { useTakeAgain } from "./use-take-again.ts";

/** One press starts the same selection once more; nothing while the vault is locked, or when this tab did not start it. */
export function TakeAgain({ restoreId }: { readonly restoreId: string }) {
  const { isOpen } = useVault();
  const again = useTakeAgain(restoreId);
  if (again === null || !isOpen) return null;
  return (
    <span className="grid max-w-[320px] justify-items-start gap-1">
      <Button size="large" disabled={again.isStarting} onClick={() => void again.start()}>
        {again.isStarting ? "Counting what was chosen" : "Restore the same again"}
      </Button>
      {again.fault === null ? null : (
        <span role="alert" className="text-small break-words text-fail">
          It did not start: {again.fault.message} <span className="font-mono">{again.fault.code}</span>
        </span>
      )}
    </span>
  );
}
