/**
 * Differences from Flink that are meant, each with its reason; `docs/differences.md` says the same to users.
 * A difference that none of these explains fails the run.
 */
import { type Cells, applied, difference } from '../random/compare.ts'
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

/** The rows are the same without the columns that `left out` names. */
const alikeWithout =
  (leftOut: (type: string) => boolean) =>
  ({ flink, millrace }: Case): boolean => {
    if (flink.kind !== 'rows' || millrace.kind !== 'rows') return false
    const kept = (rows: readonly Cells[]) => rows.map(cells => cells.filter((_, i) => !leftOut(flink.types[i]!)))
    const { left, right } = difference(kept(applied(flink.changes).rows), kept(applied(millrace.changes).rows), [])
    return left.length + right.length === 0
  }

const noRows = (answer: StatementAnswer): boolean => answer.kind === 'rows' && applied(answer.changes).rows.length === 0
const widest = alikeWithout(type => type.startsWith('DECIMAL(38'))

const toDateOrTime = /AS (DATE|TIME)\)/
const noSuchTime = flinkFails(/DateTimeException: Invalid value/)

export const known: readonly KnownDifference[] = [
  {
    name: 'DATE and TIME of timestamps before 1970',
    reason:
      'Flink divides towards 1970: 1969-12-31 23:59:59 is the date 1970-01-01 there and no time at all. Here it is its own day.',
    explains: given => toDateOrTime.test(given.sql) && (/1970-01-01|23:59:59/.test(given.what) || noSuchTime(given)),
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
  {
    name: 'GREATEST and LEAST of DECIMAL',
    reason: 'Flink\'s cast of a NULL among them to the common type fails the job: "dec is null".',
    explains: given => /GREATEST|LEAST/.test(given.sql) && flinkFails(/because "dec" is null/)(given),
  },
  {
    name: "Code that Flink generates and Java's compiler refuses",
    reason: 'Flink says so itself: "Table program cannot be compiled. This is a bug."',
    explains: flinkFails(/Table program cannot be compiled/),
  },
  {
    name: 'Errors in conditions that can not be true',
    reason: 'Flink drops a query whose condition its planner knows to be false (x > x) before a row could fail in it.',
    explains: ({ flink, millrace, sql }) =>
      millrace.kind === 'error' &&
      /^(DIVISION_BY_ZERO|CAST_FAILED)/.test(millrace.text) &&
      // Of a union only the branch is dropped.
      (noRows(flink) || /UNION ALL/.test(sql)),
  },
  {
    name: 'A global aggregate over what the planner knows to be empty',
    reason:
      'A stream gives no row for a global aggregate over no rows. Flink gives one where its planner knows that there are none.',
    explains: ({ flink, millrace, mode, sql }) =>
      mode === 'streaming' &&
      noRows(millrace) &&
      flink.kind === 'rows' &&
      applied(flink.changes).rows.length === 1 &&
      /COUNT|SUM|MIN|MAX|AVG/.test(sql),
  },
  {
    name: 'Top-N with OFFSET over a stream of updates',
    reason: 'Flink keeps rows that its input took back. Here the rows are those of a batch, which the law holds us to.',
    explains: ({ flink, millrace, mode, sql, what }) =>
      mode === 'streaming' &&
      /OFFSET \d+/.test(sql) &&
      flink.kind === 'rows' &&
      millrace.kind === 'rows' &&
      what.startsWith('rows differ'),
  },
  {
    name: "Rules of Flink's planner that throw",
    reason: 'Flink gives up planning: "Error occurred while applying rule …", with an index out of bounds below it.',
    explains: flinkFails(/Error occurred while applying rule/),
  },
  {
    name: 'WITH in the branch of a UNION',
    reason: 'Flink fails: "SqlNodeList cannot be cast to class SqlCall".',
    explains: flinkFails(/SqlNodeList cannot be cast/),
  },
  {
    name: 'UNION ALL of a rowtime column and another timestamp',
    reason: 'Flink asks for a cast that takes the time attribute away.',
    explains: flinkFails(/Union fields with time attributes requires same types/),
  },
  {
    name: 'Sums of DECIMAL beyond 38 digits',
    reason: 'The sum that does not fit is NULL here, whatever the order. In Flink the next value starts it anew.',
    explains: given =>
      /SUM\(|AVG\(/.test(given.sql) &&
      (widest(given) || (given.millrace.kind === 'error' && given.millrace.text.startsWith('DECIMAL_OVERFLOW'))),
  },
  {
    name: 'MIN and MAX over what a join takes back',
    reason:
      'Flink keeps a value whose row was taken back: a group of one row has the MIN of another. Here it is that of a batch, which the law holds us to.',
    explains: ({ mode, sql, what }) =>
      mode === 'streaming' && /(LEFT|RIGHT|FULL) JOIN/.test(sql) && /(MIN|MAX)\(/.test(sql) && what.startsWith('rows differ'),
  },
  {
    name: 'Columns that a condition says are NULL',
    reason:
      'Flink takes `CAST(c AS DECIMAL(10, 2)) IS NULL` for `c IS NULL` and shows c as NULL, although an overflow is NULL, too.',
    explains: ({ sql, what }) => /AS DECIMAL\(\d+, \d+\)\)+ IS NULL/.test(sql) && what.startsWith('rows differ'),
  },
  {
    name: 'NULLIF before IN',
    reason: 'Flink gives rows for `NULLIF(0, c) IN (1, c)`, which is never true.',
    explains: ({ sql, what }) => /NULLIF\(.*\) IN \(/.test(sql) && what.startsWith('rows differ'),
  },
  {
    name: 'TO_DATE of a number with more digits than an INT',
    reason: 'Flink fails with a NumberFormatException. Here it is NULL, as for other texts that are no date.',
    explains: given => /TO_DATE\(/.test(given.sql) && flinkFails(/NumberFormatException: For input string/)(given),
  },
]
