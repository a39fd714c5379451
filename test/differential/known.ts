/**
 * Differences from Flink that are meant, each with its reason; `docs/differences.md` says the same to users.
 * A difference that none of these explains fails the run.
 *
 * A message of Flink's is proof enough. Where rows differ the reason is put to the test: the query that says what Flink
 * does must give Flink's rows here, or Flink itself, asked as a batch, must give ours.
 */
import { type Cells, applied } from '../random/compare.ts'
import { sameRows, rowsThatDiffer } from './differs.ts'
import type { Mode, StatementAnswer } from './flink.ts'
import { differing, eager, towards1970, withNulls, withoutErrors } from './rewrite.ts'

export interface Case {
  readonly sql: string
  readonly mode: Mode
  readonly flink: StatementAnswer
  readonly millrace: StatementAnswer
  /** What differs: the types, the rows, or that one of them fails. */
  readonly what: string
  /** What Millrace, or Flink, answers to a query over the same tables. */
  ask(sql: string, mode?: Mode): Promise<StatementAnswer>
  askFlink(sql: string, mode: Mode): Promise<StatementAnswer>
}

export interface KnownDifference {
  /** The heading in `docs/differences.md`. */
  readonly name: string
  readonly reason: string
  /** Statements that Flink is known to fail on: they are asked alone, so that no others fail with them. */
  readonly fails?: RegExp
  explains(given: Case): boolean | Promise<boolean>
}

const flinkFails =
  (message: RegExp) =>
  ({ flink, millrace }: Case): boolean =>
    flink.kind === 'error' && millrace.kind !== 'error' && message.test(flink.text)

const rowCount = (answer: StatementAnswer): number | undefined =>
  answer.kind === 'rows' ? applied(answer.changes).rows.length : undefined

/** In a stream the rows differ, and Flink as a batch gives ours. */
const batchAgrees = async ({ mode, sql, flink, millrace, askFlink }: Case): Promise<boolean> =>
  mode === 'streaming' && flink.kind === 'rows' && sameRows(await askFlink(sql, 'batch'), millrace)

/** The query said so gives here what Flink gives. */
const saidSo = async ({ sql, flink, ask }: Case, rewrite: (sql: string) => string): Promise<boolean> =>
  sameRows(flink, await ask(rewrite(sql)))

const noSuchTime = flinkFails(/DateTimeException: Invalid value/)

/** A date before the Gregorian calendar, wherever in its text a value has one. */
const oldDate = /\b(0\d{3}|1[0-4]\d\d|15[0-7]\d|158[0-2])-\d\d-\d\d\b/
const withoutOldDates = (cells: Cells): Cells => cells.map(cell => cell?.replace(oldDate, 'old') ?? null)

/** Where both have a row but for its widest decimals, the ones of ours that differ are NULL. */
function widestAreNull({ flink, millrace }: Case): boolean {
  if (flink.kind !== 'rows' || millrace.kind !== 'rows') return false
  const wide = flink.types.map(type => type.startsWith('DECIMAL(38'))
  const { left, right } = rowsThatDiffer(flink, millrace)
  return (
    left.length === right.length &&
    right.every(ours => left.some(theirs => ours.every((cell, i) => cell === theirs[i] || (wide[i] === true && cell === null))))
  )
}

export const known: readonly KnownDifference[] = [
  {
    name: 'DATE and TIME of timestamps before 1970',
    reason:
      'Flink divides towards 1970: 1969-12-31 23:59:59 is the date 1970-01-01 there and no time at all. Here it is its own day.',
    explains: async given =>
      (/AS DATE\)/.test(given.sql) && (await saidSo(given, towards1970))) ||
      (/AS TIME\)/.test(given.sql) && (/23:59:59/.test(given.what) || noSuchTime(given))),
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
    reason:
      'Flink drops a query whose condition its planner knows to be false (x > x, or a NOT NULL that IS NULL) before a row could fail in it.',
    explains: given =>
      given.millrace.kind === 'error' &&
      /^(DIVISION_BY_ZERO|CAST_FAILED)/.test(given.millrace.text) &&
      // Of a union only the branch is dropped.
      (rowCount(given.flink) === 0 || /UNION ALL/.test(given.sql)) &&
      saidSo(given, withoutErrors),
  },
  {
    name: 'A global aggregate over what the planner knows to be empty',
    reason:
      'A stream gives no row for a global aggregate over no rows. Flink gives one where its planner knows that there are none.',
    explains: async ({ flink, millrace, mode, sql, ask }) =>
      mode === 'streaming' &&
      rowCount(millrace) === 0 &&
      rowCount(flink) === 1 &&
      /COUNT|SUM|MIN|MAX|AVG/.test(sql) &&
      sameRows(flink, await ask(sql, 'batch')),
  },
  {
    name: 'Top-N with OFFSET over a stream of updates',
    reason: 'Flink keeps rows that its input took back. Here the rows are those of a batch, which the law holds us to.',
    explains: given => /OFFSET \d+/.test(given.sql) && batchAgrees(given),
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
      (widestAreNull(given) || (given.millrace.kind === 'error' && given.millrace.text.startsWith('DECIMAL_OVERFLOW'))),
  },
  {
    name: 'MIN and MAX over what a join takes back',
    reason:
      'Flink keeps a value whose row was taken back: a group of one row has the MIN of another. Here it is that of a batch, which the law holds us to.',
    explains: given => /(LEFT|RIGHT|FULL) JOIN/.test(given.sql) && /(MIN|MAX)\(/.test(given.sql) && batchAgrees(given),
  },
  {
    name: 'Columns that a condition says are NULL',
    reason:
      'Flink takes `CAST(c AS DECIMAL(10, 2)) IS NULL` for `c IS NULL` and shows c as NULL, although an overflow is NULL, too.',
    explains: given => /AS DECIMAL\(\d+, \d+\)\)+ IS NULL/.test(given.sql) && saidSo(given, withNulls),
  },
  {
    name: 'Overflows that a type says can not be',
    reason:
      'A DECIMAL that does not fit is NULL even where its type is NOT NULL. Flink trusts the type and makes IS DISTINCT FROM a <>.',
    explains: given => /IS (NOT )?DISTINCT FROM/.test(given.sql) && /DECIMAL/.test(given.sql) && saidSo(given, differing),
  },
  {
    name: 'TO_DATE of a number with more digits than an INT',
    reason: 'Flink fails with a NumberFormatException. Here it is NULL, as for other texts that are no date.',
    explains: given => /TO_DATE\(/.test(given.sql) && flinkFails(/NumberFormatException: For input string/)(given),
  },
  {
    name: 'COALESCE and IFNULL',
    reason:
      'Flink computes all operands, and fails where one fails: COALESCE(1, 1 / 0). Here the first that is not NULL is enough.',
    explains: async given =>
      /COALESCE|IFNULL/.test(given.sql) &&
      flinkFails(/Job execution failed/)(given) &&
      (await given.ask(eager(given.sql))).kind === 'error',
  },
  {
    name: 'FLOOR and CEIL of dates before 1582-10-15',
    reason:
      "Flink reads the date in the Julian calendar and writes it in the Gregorian: CEIL(DATE '0012-01-01' TO YEAR) is 0013-01-01.",
    explains: ({ sql, flink, millrace }) =>
      /(FLOOR|CEIL)\(.* TO [A-Z]+\)/.test(sql) && sameRows(flink, millrace, withoutOldDates),
  },
  {
    name: 'ROUND of NaN and infinity',
    reason: 'Flink rounds through BigDecimal, which has no NaN: a NumberFormatException fails the job. Here NaN rounds to NaN.',
    explains: given =>
      /(ROUND|TRUNCATE)\(/.test(given.sql) &&
      flinkFails(/NumberFormatException: (Character [NI] is neither|Infinite or NaN)/)(given),
  },
]
