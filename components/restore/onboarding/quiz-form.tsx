import { type SubmitEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { drawBelow, drawPositions, findWrongWords } from "./word-quiz.ts";

interface QuizFormProps {
  readonly words: readonly string[];
  /** How many of them are asked back. */
  readonly count: number;
  readonly confirm: string;
  readonly isBusy?: boolean;
  readonly onRight: () => void;
  readonly onShowAgain: () => void;
}

/** Asks some of the words back: only what was written down can be typed. */
export function QuizForm(props: QuizFormProps) {
  const { words } = props;
  const [positions] = useState(() => drawPositions(words.length, props.count, drawBelow));
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const answers = positions.map((position) => String(fields.get(`word-${position}`) ?? ""));
    const found = findWrongWords(words, positions, answers);
    setWrong(found);
    if (found.length === 0) props.onRight();
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <div className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-4">
        {positions.map((position) => (
          <Field
            key={position}
            label={`Word ${position + 1}`}
            name={`word-${position}`}
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono"
            problem={wrong.includes(position) ? "That is another word." : null}
          />
        ))}
      </div>
      <div className="flex flex-wrap gap-3">
        <Button look="solid" size="large" type="submit" disabled={props.isBusy}>
          {props.confirm}
        </Button>
        <Button size="large" onClick={props.onShowAgain} disabled={props.isBusy}>
          Show them again
        </Button>
      </div>
    </form>
  );
}
