/** Tables for random queries: two with a rowtime, one plain, one whose rows take others back. */
import { Choice } from './choice.ts'
import { type RandomTable, randomTable } from './tables.ts'

export interface WorldOptions {
  readonly rows?: number
  readonly retracts?: boolean
  readonly except?: readonly string[]
}

export function randomWorld(seed: number, { rows = 24, retracts = false, except = [] }: WorldOptions = {}): RandomTable[] {
  const choice = new Choice(seed)
  const tables = ['t0', 't1'].map(name => randomTable(choice, name, { rows, except }))
  return retracts ? [...tables, randomTable(choice, 'r0', { rows, retracts, except })] : tables
}
