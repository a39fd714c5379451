/** Tables for random queries: two with a rowtime, one plain, one whose rows take others back. */
import { Choice } from './choice.ts'
import { type RandomTable, type TableOptions, randomTable } from './tables.ts'

export interface WorldOptions extends Partial<TableOptions> {
  /** Stands before the tables' names, so that several worlds fit one session. */
  readonly prefix?: string
}

export function randomWorld(seed: number, { prefix = '', retracts = false, ...options }: WorldOptions = {}): RandomTable[] {
  const choice = new Choice(seed)
  const all = { rows: 24, ...options }
  const tables = ['t0', 't1'].map(name => randomTable(choice, `${prefix}${name}`, all))
  return retracts ? [...tables, randomTable(choice, `${prefix}r0`, { ...all, retracts })] : tables
}
