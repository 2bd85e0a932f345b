import { COMPANY_STATES, type CompanyState, type CompanyView } from "../../contracts/companies.ts";
import { type CompanyStatus, companyStatus } from "../companies/company-status.ts";
import { formatCount } from "../format/format-bytes.ts";
import { MACHINE_STATUS } from "../status/status.ts";
import { StatusShape } from "../status/status-mark.tsx";

/** How many companies are in which state, and one mark for each company that was read, worst first. */
export function CompanyCounts(props: {
  readonly counts: Readonly<Record<CompanyState, number>>;
  readonly companies: readonly CompanyView[];
}) {
  if (props.companies.length === 0) return null;
  const marks = props.companies.map(companyStatus).toSorted((a, b) => a.rank - b.rank);
  const counts = COMPANY_STATES.map((state) => ({ status: MACHINE_STATUS[state], count: props.counts[state] })).filter(
    ({ status, count }) => count > 0 || status === MACHINE_STATUS.protected,
  );
  const sentence = counts.map(({ status, count }) => `${count} ${status.word.toLowerCase()}`).join(", ");
  return (
    <section
      aria-label="States of the companies"
      className="flex flex-wrap items-center gap-x-8 gap-y-4 rounded-card border border-line bg-surface px-4 py-4 shadow-card"
    >
      <dl className="flex divide-x divide-line">
        {counts.map(({ status, count }) => (
          <div key={status.word} className="flex flex-col-reverse px-5 first:pl-1">
            <dt className="pl-[22px] text-small text-ink-2">{status.word}</dt>
            <dd className="flex items-center gap-2 text-count font-semibold">
              <StatusShape shape={status.shape} tone={status.tone} />
              {formatCount(count)}
            </dd>
          </div>
        ))}
      </dl>
      {marks.length < 2 ? null : <Fleet marks={marks} sentence={`Companies: ${sentence}`} />}
    </section>
  );
}

/** One mark for each company, worst first; a single one would only repeat the count. */
function Fleet({ marks, sentence }: { readonly marks: readonly CompanyStatus[]; readonly sentence: string }) {
  return (
    <div role="img" aria-label={sentence} className="flex min-w-[120px] flex-1 flex-wrap gap-[3px]">
      {marks.map(({ status }, index) =>
        status === MACHINE_STATUS.protected ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: marks are equal to each other and have no other name
          <span key={index} className="size-2 rounded-[2px] bg-ok-cell" />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: marks are equal to each other and have no other name
          <StatusShape key={index} shape={status.shape} tone={status.tone} sizePx={8} />
        ),
      )}
    </div>
  );
}
