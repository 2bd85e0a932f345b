import type { Listed, ListRequest } from "../domain/store/list-order.ts";
import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import { loadStatement, type Statement } from "./statement.ts";
import type { Tx } from "./transaction.ts";

/** A column that a list is ordered by: an expression over the rows of the base statement, never null. */
export interface OrderColumn {
  readonly sql: string;
  readonly type: "text" | "bigint";
}

export interface OrderedListOptions<Sort extends string> {
  /** sql/<name>.sql: the rows to choose from, without order and limit. */
  readonly name: string;
  /** Parameters of that statement. */
  readonly parameters: number;
  /** The column that makes the order total. */
  readonly id: string;
  readonly columns: Readonly<Record<Sort, OrderColumn>>;
}

/** One page of a list; see [Note: Ordered lists]. `base` are the values of the base statement. */
export type ReadOrdered<Sort extends string, Row extends object> = (
  tx: Tx,
  base: readonly unknown[],
  request: ListRequest<Sort>,
) => Promise<readonly Listed<Row>[]>;

/** Makes one prepared statement for each column and direction, when it is first asked for. */
export function orderedList<Sort extends string, Row extends object>(
  options: OrderedListOptions<Sort>,
): ReadOrdered<Sort, Row> {
  const base = loadStatement(options.name);
  const made = new Map<string, Statement>();
  return async (tx, baseValues, { sort, isDescending, after, limit }) => {
    const key = `${sort}-${isDescending ? "down" : "up"}`;
    const statement = made.get(key) ?? orderedStatement(base, options, { sort, isDescending, key });
    made.set(key, statement);
    const bounded = Math.max(1, Math.min(limit, MAX_PAGE_ROWS));
    const values = [...baseValues, after?.value ?? null, after?.id ?? null, bounded];
    const rows = await tx.rows<Row & { list_value: string | number; list_id: string }>(statement, values);
    return rows.map((row) => ({ ...row, position: { value: row.list_value, id: row.list_id } }));
  };
}

function orderedStatement<Sort extends string>(
  base: Statement,
  { parameters, id, columns }: OrderedListOptions<Sort>,
  { sort, isDescending, key }: { sort: Sort; isDescending: boolean; key: string },
): Statement {
  const { sql, type } = columns[sort];
  const [value, valueId, limit] = [1, 2, 3].map((at) => `$${parameters + at}`);
  const [beyond, direction] = isDescending ? ["<", "desc"] : [">", "asc"];
  const text = `select * from (select rows.*, (${sql})::${type} ${collation(type)} as list_value, ${id} as list_id from (
${base.text}) as rows) as listed
where (${value}::${type} is null or (list_value, list_id) ${beyond} (${value}::${type} ${collation(type)}, ${valueId}::uuid))
order by list_value ${direction}, list_id ${direction} limit ${limit}`;
  return { name: `${base.name}-${key}`, text };
}

/** The order of bytes, whatever the cluster's locale: a cursor means the same after a move to another machine. */
function collation(type: OrderColumn["type"]): string {
  return type === "text" ? 'collate "C"' : "";
}
