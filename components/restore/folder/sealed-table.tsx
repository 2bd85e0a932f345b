import { COLUMNS } from "./folder-row.tsx";

/** As many as a window shows; how many there really are is sealed. */
const SHOWN_ROWS = 14;

/** The shape of a folder whose names are not open. */
export function SealedTable() {
  return (
    <div role="grid" aria-label="Sealed entries" className="min-h-0 flex-1 overflow-hidden">
      <FolderHead />
      <div role="rowgroup">
        {Array.from({ length: SHOWN_ROWS }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars stand for nothing else
          <SealedLine key={index} index={index} />
        ))}
      </div>
    </div>
  );
}

export function FolderHead() {
  return (
    <div role="rowgroup" className="sticky top-0 z-[1] border-b border-line bg-surface max-sm:sr-only">
      <div role="row" aria-rowindex={1} className={`${COLUMNS} h-8 px-4 text-small text-ink-3`}>
        <span role="columnheader">
          <span className="sr-only">In the basket</span>
        </span>
        <span role="columnheader">Name</span>
        <span role="columnheader">Change</span>
        <span role="columnheader" className="text-right">
          Size
        </span>
        <span role="columnheader" className="pl-5">
          Modified
        </span>
      </div>
    </div>
  );
}

/** Bars of the final size instead of names: sealed, or on their way. */
export function SealedLine({ index }: { readonly index: number }) {
  const width = ["w-[46%]", "w-[33%]", "w-[27%]", "w-[58%]", "w-[41%]", "w-[52%]", "w-[49%]"][index % 7];
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`${COLUMNS} h-full min-h-[33px] border-b border-line px-4 max-sm:px-2`}
    >
      <span role="gridcell" />
      <span role="gridcell">
        <span className="sr-only">Sealed</span>
        <span aria-hidden="true" className={`hatched block h-2 ${width}`} />
      </span>
      <span role="gridcell" className="max-sm:hidden" />
      <span role="gridcell" className="grid justify-end">
        <span aria-hidden="true" className="hatched block h-2 w-11" />
      </span>
      <span role="gridcell" className="pl-5 max-sm:hidden">
        <span aria-hidden="true" className="hatched block h-2 w-[76px]" />
      </span>
    </div>
  );
}
