/** What differs between two answers to a query. */
import { type Cells, applied, difference, show } from '../random/compare.ts'
import type { StatementAnswer } from './flink.ts'

type Rows = Extract<StatementAnswer, { kind: 'rows' }>

/** Undefined where both say the same; that both refuse the query or both fail over its rows is the same. */
export function whatDiffers(millrace: StatementAnswer, flink: StatementAnswer): string | undefined {
  if (millrace.kind === 'error' && millrace.text.startsWith('BUG')) return millrace.text
  if (millrace.kind === 'error' && flink.kind === 'error' && millrace.running === flink.running) return undefined
  if (millrace.kind === 'error') return `here it fails: ${millrace.text}`
  if (flink.kind === 'error') return `Flink fails: ${flink.text.split('\n').slice(0, 8).join('\n')}`
  if (millrace.kind !== 'rows' || flink.kind !== 'rows') return undefined
  const parts: string[] = []
  const types = flink.types.flatMap((type, i) =>
    type === millrace.types[i] ? [] : [`  o${i}: Flink ${type}, here ${millrace.types[i]}`],
  )
  if (types.length > 0) parts.push(`types differ\n${types.join('\n')}`)
  const { left, right } = rowsThatDiffer(flink, millrace)
  if (left.length + right.length > 0) parts.push(`rows differ\n  Flink only: ${show(left)}\n  here only: ${show(right)}`)
  const { missing } = applied(millrace.changes)
  if (missing.length > 0) parts.push(`taken back without having been there: ${show(missing)}`)
  return parts.length === 0 ? undefined : parts.join('\n')
}

/** The rows that only one has; `as` says what a row is taken for. */
export function rowsThatDiffer(left: Rows, right: Rows, as: (cells: Cells) => Cells = cells => cells) {
  const approximate = left.types.map(type => /^(FLOAT|DOUBLE)/.test(type))
  const rows = ({ changes }: Rows) => applied(changes).rows.map(as)
  return difference(rows(left), rows(right), approximate)
}

/** Both have rows, and the same ones. */
export function sameRows(a: StatementAnswer, b: StatementAnswer, as?: (cells: Cells) => Cells): boolean {
  if (a.kind !== 'rows' || b.kind !== 'rows') return false
  const { left, right } = rowsThatDiffer(a, b, as)
  return left.length + right.length === 0
}
