/** flink-programs.jsonl: tables, rows and statements in steps; what each sink is told, change by change. */
import { javaText } from '#src/data/java-text.ts'
import type { DataType } from '#src/data/type.ts'
import type { TableEntry } from '#src/catalog/table.ts'
import { MemoryTables, type Op, type TestRow } from '#src/testing/memory-tables.ts'
import { type Case, type Verdict, failed, mustFail, passed, run, sameBag, sessionWith } from './case.ts'
import { type Json, valueFrom } from './values.ts'

interface Rows {
  readonly kind: Op
  readonly values: Json[]
}
type Step =
  | {
      step: 'source'
      name: string
      schema: string[]
      options?: Record<string, string>
      partitionKeys?: string[]
      before?: Rows[]
      after?: Rows[]
    }
  | {
      step: 'sink'
      name: string
      schema: string[]
      options?: Record<string, string>
      expectedBefore?: string[]
      expectedAfter?: string[]
      expectedMaterialized?: string[]
      compare: string
    }
  | { step: 'config'; key: string; value: string }
  | { step: 'setupSql' | 'runSql' | 'runFailingSql'; sql: string }
  | { step: 'function' | 'runTableApi' | 'runFailingTableApi' }

interface ProgramCase {
  readonly id: string
  readonly runners: readonly string[]
  readonly needsUdf: boolean
  readonly tableApiOnly: boolean
  readonly steps: readonly Step[]
}

export function programCase(given: ProgramCase): Case {
  const sql = given.steps.flatMap(step => ('sql' in step ? [step.sql] : [])).join(';\n')
  return { id: given.id, sql, run: () => runProgram(given) }
}

async function runProgram(given: ProgramCase): Promise<Verdict> {
  if (given.needsUdf || given.tableApiOnly) return { kind: 'unsupported', got: 'needs a Java function or the Table API' }
  const streaming = !given.runners.every(runner => runner.includes('Batch'))
  const tables = new MemoryTables()
  const session = sessionWith(tables, { 'execution.runtime-mode': streaming ? 'streaming' : 'batch' })
  const entry = (name: string) => session.catalogs.get([name]) as TableEntry
  const statements: string[] = []
  for (const step of given.steps) {
    if (step.step === 'config') {
      if (/^(table\.local-time-zone|table\.exec\.(state\.ttl|mini-batch|source|sink|legacy-cast))/.test(step.key))
        session.config.set(step.key, step.value)
    } else if (step.step === 'source' || step.step === 'sink') {
      const options = Object.entries({
        ...step.options,
        'connector': 'values',
        ...(step.step === 'source' && { 'data-id': step.name }),
      })
      const partitioned =
        step.step === 'source' && step.partitionKeys !== undefined && step.partitionKeys.length > 0
          ? ` PARTITIONED BY (${step.partitionKeys.join(', ')})`
          : ''
      await run(
        session,
        `CREATE TABLE ${step.name} (${step.schema.join(', ')})${partitioned} WITH (${options.map(([k, v]) => `'${k}' = '${v.replaceAll("'", "''")}'`).join(', ')})`,
      )
      if (step.step === 'source')
        tables.sources.set(step.name, rowsOf(entry(step.name), [...(step.before ?? []), ...(step.after ?? [])]))
    } else if (step.step === 'setupSql') {
      await run(session, step.sql)
    } else if (step.step === 'runFailingSql') {
      return mustFail(async () => {
        await run(session, step.sql)
        return 'no error'
      })
    } else if (step.step === 'runSql') {
      statements.push(step.sql)
    } else {
      return { kind: 'unsupported', got: step.step }
    }
  }
  for (const sql of statements) await run(session, sql)
  for (const step of given.steps) {
    if (step.step !== 'sink') continue
    const told = textsOf(entry(step.name), tables.sinks.get(step.name) ?? [])
    const expected = [...(step.expectedBefore ?? []), ...(step.expectedAfter ?? [])]
    const verdict = judgeSink(step, expected, told)
    if (verdict.kind !== 'passed') return verdict
  }
  return passed
}

function judgeSink(step: Extract<Step, { step: 'sink' }>, expected: readonly string[], told: readonly string[]): Verdict {
  if (step.compare === 'materialized' || (expected.length === 0 && step.expectedMaterialized !== undefined)) {
    const left = applied(told)
    const wanted = step.expectedMaterialized ?? applied(expected)
    return sameBag(left, wanted) ? passed : failed(wanted.toSorted().join(' '), left.toSorted().join(' '))
  }
  return sameBag(told, expected) ? passed : failed(expected.toSorted().join(' '), told.toSorted().join(' '))
}

/** What is left of `+I[…]`, `-D[…]` as a bag of `+I[…]`. */
function applied(changes: readonly string[]): string[] {
  const rows: string[] = []
  for (const change of changes) {
    const row = change.slice(2)
    if (change.startsWith('+')) rows.push(row)
    else if (rows.includes(row)) rows.splice(rows.indexOf(row), 1)
  }
  return rows.map(row => `+I${row}`)
}

const stored = (table: TableEntry): readonly { readonly type: DataType }[] =>
  table.columns.filter(column => column.kind !== 'computed')

const rowsOf = (table: TableEntry, rows: readonly Rows[]): TestRow[] =>
  rows.map(({ kind, values }) => [kind, stored(table).map((column, i) => valueFrom(column.type, values[i] ?? null))])

function textsOf(table: TableEntry, told: readonly TestRow[]): string[] {
  const columns = stored(table)
  return told.map(([op, row]) => `${op}[${row.map((value, i) => javaText(columns[i]!.type, value)).join(', ')}]`)
}
