import { Icon, type IconName } from "../../ui/icon.tsx";

/** Who sees what, side by side. */
export function WhoSees({ providerName }: { readonly providerName: string }) {
  return (
    <div className="mt-5 grid grid-cols-2 overflow-hidden rounded-card border border-line text-small">
      <Side
        icon="companies"
        title={`${providerName} sees`}
        lines={["machine names", "stored sizes, counts, times", "which packs you read"]}
      />
      <Side
        icon="key"
        title="Only you see"
        lines={["names, dates, true sizes", "content and previews", "what you search for"]}
        isOwn
      />
    </div>
  );
}

function Side(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly lines: readonly string[];
  readonly isOwn?: boolean;
}) {
  return (
    <div className={`p-3 ${props.isOwn ? "bg-key-soft" : "border-r border-line bg-surface"}`}>
      <p className={`flex items-center gap-2 font-[560] ${props.isOwn ? "text-key" : ""}`}>
        <Icon name={props.icon} sizePx={14} />
        {props.title}
      </p>
      <ul className="mt-1 grid gap-1 text-ink-2">
        {props.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
