/**
 * Differences from Flink that are meant, each with its reason; `docs/differences.md` says the same to users.
 * A difference that none of these explains fails the run.
 */
import type { Mode, StatementAnswer } from './flink.ts'

export interface Case {
  readonly sql: string
  readonly mode: Mode
  readonly flink: StatementAnswer
  readonly millrace: StatementAnswer
  /** What differs: the types, the rows, or that one of them fails. */
  readonly what: string
}

export interface KnownDifference {
  /** The heading in `docs/differences.md`. */
  readonly name: string
  readonly reason: string
  /** Statements that Flink is known to fail on: they are asked alone, so that no others fail with them. */
  readonly fails?: RegExp
  explains(given: Case): boolean
}

const flinkFails =
  (message: RegExp) =>
  ({ flink, millrace }: Case): boolean =>
    flink.kind === 'error' && millrace.kind !== 'error' && message.test(flink.text)

const toDateOrTime = /AS (DATE|TIME)\)/
const noSuchTime = flinkFails(/DateTimeException: Invalid value/)

export const known: readonly KnownDifference[] = [
  {
    name: 'DATE and TIME of timestamps before 1970',
    reason:
      'Flink divides towards 1970: 1969-12-31 23:59:59 is the date 1970-01-01 there and no time at all. Here it is its own day.',
    explains: given => toDateOrTime.test(given.sql) && (given.what.includes('1970-01-01') || noSuchTime(given)),
  },
  {
    name: 'SUM(DISTINCT) in hopping windows',
    reason: 'Flink\'s planner asks its sum for retraction and fails: "Please choose SumWithRetractAggFunction".',
    fails: /HOP\(.*SUM\(DISTINCT/,
    explains: flinkFails(/This function does not support retraction/),
  },
  {
    name: 'Constants of type TIMESTAMP that are NULL',
    reason: 'Flink\'s planner fails while it folds them: "timestampString is null".',
    explains: flinkFails(/because "timestampString" is null/),
  },
]
