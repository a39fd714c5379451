/** Tables and JSON lines of commands that know no SQL. */
import { tableLines } from '../table.ts'
import type { Out } from '../terminal.ts'

export type TextValue = string | number | undefined

export interface PrintedColumn {
  readonly name: string
  readonly right?: boolean
}

/** Rows as a table that fits the terminal; an undefined cell is empty. */
export function printTable(columns: readonly PrintedColumn[], rows: readonly (readonly TextValue[])[], out: Out): Promise<void> {
  const shaped = columns.map(({ name, right = false }) => ({ name, alignRight: right }))
  const cells = rows.map(row => row.map(cell => (cell === undefined ? '' : String(cell))))
  return out.line(tableLines(shaped, cells, out.columns).join('\n'))
}

export async function printJson(objects: Iterable<unknown>, out: Out): Promise<void> {
  for (const object of objects) await out.line(JSON.stringify(object))
}
