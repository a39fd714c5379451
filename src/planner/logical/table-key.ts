import type { TableEntry } from '../../catalog/table.ts'

/** A text two uses of a table share when they read the same: the path and the options, those of hints among them. */
export const tableKey = (table: TableEntry): string =>
  JSON.stringify([table.path, Object.entries(table.options).toSorted(([a], [b]) => (a < b ? -1 : 1))])
