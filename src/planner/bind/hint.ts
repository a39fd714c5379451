/** Hints on tables: OPTIONS changes how this one use of a table reads or writes; others only tune and are let pass. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { TableEntry } from '../../catalog/table.ts'
import type * as ast from '../../sql/ast.ts'

const known = [
  'OPTIONS',
  'BROADCAST',
  'SHUFFLE_HASH',
  'SHUFFLE_MERGE',
  'NEST_LOOP',
  'LOOKUP',
  'STATE_TTL',
  'MULTI_JOIN',
  'JOIN_STRATEGY',
]

/** The table with the options of its hints merged in. */
export function mergeHints(table: TableEntry, hints: readonly ast.Hint[]): TableEntry {
  let { options } = table
  for (const hint of hints) {
    const name = hint.name.name.toUpperCase()
    if (!known.includes(name)) {
      throw new SqlError('HINT_UNKNOWN', `there is no hint '${hint.name.name}'`, hint.span, { hint: didYouMean(name, known) })
    }
    if (name === 'STATE_TTL') throw new UnsupportedError('the hint STATE_TTL', hint.span)
    if (name === 'OPTIONS') options = { ...options, ...optionsOf(hint) }
  }
  return options === table.options ? table : { ...table, options }
}

function optionsOf(hint: ast.Hint): Readonly<Record<string, string>> {
  return Object.fromEntries(
    hint.args.map(({ key, value, span }) => {
      if (key === undefined) throw new SqlError('HINT_INVALID', "OPTIONS takes 'key'='value' pairs", span)
      return [key.kind === 'string' ? key.value : key.name, textOf(value)]
    }),
  )
}

const textOf = (value: ast.HintArgument['value']): string =>
  value.kind === 'string' ? value.value : value.kind === 'number' ? value.text : value.name
