import { type SubmitEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";

/** A chosen passphrase counts once it was typed twice alike. */
export function TypedAgain({ passphrase, onRight }: { readonly passphrase: string; readonly onRight: () => void }) {
  const [isWrong, setIsWrong] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const isSame = new FormData(event.currentTarget).get("again") === passphrase;
    setIsWrong(!isSame);
    if (isSame) onRight();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field
        label="Your passphrase again"
        name="again"
        type="password"
        required
        autoComplete="new-password"
        spellCheck={false}
        problem={isWrong ? "This is not the passphrase that you chose." : null}
      />
      <Button look="solid" size="large" type="submit" className="justify-self-start">
        This is my passphrase
      </Button>
    </form>
  );
}
