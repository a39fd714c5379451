/** flink-programs.jsonl: tables, rows and statements in steps; what each sink is told, change by change. */
import type { TableEntry } from '#src/catalog/table.ts'
import { javaText } from '#src/data/java-text.ts'
import type { Session } from '#src/engine/session.ts'
import { MemoryTables, type TestRow } from '#src/testing/memory-tables.ts'
import { type Case, type Verdict, configure, failed, mustFail, passed, run, sameBag, sessionWith } from './case.ts'
import { type Rows, rowsOf, stored } from './tables.ts'

interface SourceStep {
  readonly step: 'source'
  readonly name: string
  readonly schema: readonly string[]
  readonly options?: Readonly<Record<string, string>>
  readonly partitionKeys?: readonly string[]
  readonly before?: readonly Rows[]
  readonly after?: readonly Rows[]
}
interface SinkStep {
  readonly step: 'sink'
  readonly name: string
  readonly schema: readonly string[]
  readonly options?: Readonly<Record<string, string>>
  readonly deduplicatedFieldIndices?: readonly number[]
  readonly expectedBefore?: readonly string[]
  readonly expectedAfter?: readonly string[]
  readonly expectedMaterialized?: readonly string[]
  readonly compare: string
}
type Step =
  | SourceStep
  | SinkStep
  | { readonly step: 'config'; readonly key: string; readonly value: string }
  | { readonly step: 'setupSql' | 'runSql' | 'runFailingSql'; readonly sql: string }
  | { readonly step: 'function' | 'runTableApi' | 'runFailingTableApi' }

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

/**
 * Changes depend on how sources take turns, of which Flink's tests say nothing: row by row is another way. A mini-batch is
 * a chunk here, as large as the case has it.
 */
async function runProgram(given: ProgramCase): Promise<Verdict> {
  if (given.needsUdf || given.tableApiOnly) return { kind: 'unsupported', got: 'needs a Java function or the Table API' }
  const config = new Map(given.steps.flatMap(step => (step.step === 'config' ? [[step.key, step.value] as const] : [])))
  const isMiniBatch = config.get('table.exec.mini-batch.enabled') === 'true'
  const batchRows = isMiniBatch ? Number(config.get('table.exec.mini-batch.size')) : undefined
  const verdict = await new Program(given, batchRows).run()
  if (verdict.kind !== 'failed' || isMiniBatch) return verdict
  const rowByRow = await new Program(given, 1).run()
  return rowByRow.kind === 'passed' ? rowByRow : verdict
}

class Program {
  readonly #steps: readonly Step[]
  readonly #tables: MemoryTables
  readonly #session: Session

  constructor({ steps, runners }: ProgramCase, chunkRows: number | undefined) {
    const isBatch = runners.length > 0 && runners.every(runner => runner.includes('BatchRestore'))
    this.#steps = steps
    this.#tables = new MemoryTables(chunkRows === undefined ? {} : { chunkRows })
    this.#session = sessionWith(this.#tables, { 'execution.runtime-mode': isBatch ? 'batch' : 'streaming' })
  }

  async run(): Promise<Verdict> {
    const statements: string[] = []
    for (const step of this.#steps) {
      if (step.step === 'config') configure(this.#session, step.key, step.value)
      else if (step.step === 'source') await this.#createSource(step)
      else if (step.step === 'sink') await this.#create(step, {})
      else if (step.step === 'setupSql') await run(this.#session, step.sql)
      else if (step.step === 'runSql') statements.push(step.sql)
      else if (step.step !== 'runFailingSql') return { kind: 'unsupported', got: step.step }
    }
    for (const step of this.#steps) {
      if (step.step !== 'runFailingSql') continue
      const verdict = await mustFail(async () => {
        await run(this.#session, step.sql)
        return `no error from ${step.sql}`
      })
      if (verdict.kind !== 'passed') return verdict
    }
    for (const sql of statements) await run(this.#session, sql)
    return this.#steps.map(step => (step.step === 'sink' ? this.#judge(step) : passed)).find(v => v.kind !== 'passed') ?? passed
  }

  async #createSource(step: SourceStep): Promise<void> {
    const { before = [], after = [] } = step
    // A savepoint ends a mini-batch.
    const pause = after.length > 0 ? { 'chunk-ends-at': String(before.length) } : {}
    const table = await this.#create(step, { 'data-id': step.name, ...pause })
    this.#tables.sources.set(step.name, rowsOf(table, [...before, ...after]))
  }

  async #create(step: SourceStep | SinkStep, own: Readonly<Record<string, string>>): Promise<TableEntry> {
    const options = Object.entries({ ...step.options, ...own, connector: 'values' }).map(
      ([key, value]) => `'${key}' = '${declared(key, value).replaceAll("'", "''")}'`,
    )
    const keys = step.step === 'source' ? (step.partitionKeys ?? []) : []
    const partitioned = keys.length > 0 ? ` PARTITIONED BY (${keys.join(', ')})` : ''
    const columns = step.schema.map(asDdl).join(', ')
    await run(this.#session, `CREATE TABLE ${step.name} (${columns})${partitioned} WITH (${options.join(', ')})`)
    return this.#entry(step.name)
  }

  #entry(name: string): TableEntry {
    return this.#session.catalogs.get([name]) as TableEntry
  }

  #judge(step: SinkStep): Verdict {
    const table = this.#entry(step.name)
    const rows = this.#tables.sinks.get(step.name) ?? []
    const expected = [...(step.expectedBefore ?? []), ...(step.expectedAfter ?? [])]
    const text = textOf(table)
    if (step.compare === 'materialized' || (expected.length === 0 && step.expectedMaterialized !== undefined)) {
      const key = step.deduplicatedFieldIndices ?? keyOf(table)
      const left = key.length > 0 ? lastPerKey(rows, key).map(text) : applied(rows.map(text))
      const wanted = step.expectedMaterialized ?? lastTexts(expected, key)
      return compared(left, wanted)
    }
    if (step.options?.['sink.supports-delete-by-key'] !== 'true') return compared(rows.map(text), expected)
    const key = keyOf(table)
    return compared(
      rows.map(text).map(row => keyOnly(row, key)),
      expected.map(row => keyOnly(row, key)),
    )
  }
}

/** `a, b` was the list of a primary key. */
const asDdl = (fragment: string): string => (/^\w+(, \w+)+$/.test(fragment) ? `PRIMARY KEY (${fragment}) NOT ENFORCED` : fragment)

/** What was not read of a case's source: one that gives what a compacted Kafka topic does. */
const declared = (key: string, value: string): string =>
  key === 'changelog-mode' && value === '...' ? 'I,UA,D(key-only)' : value

const compared = (got: readonly string[], expected: readonly string[]): Verdict =>
  sameBag(got, expected) ? passed : failed(expected.toSorted().join(' '), got.toSorted().join(' '))

const keyOf = (table: TableEntry): readonly number[] =>
  table.primaryKey.map(name => stored(table).findIndex(column => column.name === name))

const textOf = (table: TableEntry): ((row: TestRow) => string) => {
  const columns = stored(table)
  return ([op, row]) => `${op}[${row.map((value, i) => javaText(columns[i]!.type, value)).join(', ')}]`
}

/** A sink that deletes by key looks at nothing else of a deletion. */
function keyOnly(change: string, key: readonly number[]): string {
  if (!change.startsWith('-D')) return change
  const cells = change.slice(3, -1).split(', ')
  return `-D[${key.map(i => cells[i]).join(', ')}]`
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

function lastPerKey(rows: readonly TestRow[], key: readonly number[]): TestRow[] {
  const last = new Map<string, TestRow>()
  for (const [op, row] of rows) {
    const id = key.map(i => String(row[i])).join('|')
    if (op.startsWith('+')) last.set(id, ['+I', row])
    else last.delete(id)
  }
  return [...last.values()]
}

function lastTexts(changes: readonly string[], key: readonly number[]): string[] {
  if (key.length === 0) return applied(changes)
  const last = new Map<string, string>()
  for (const change of changes) {
    const cells = change.slice(3, -1).split(', ')
    const id = key.map(i => cells[i]).join('|')
    if (change.startsWith('+')) last.set(id, `+I${change.slice(2)}`)
    else last.delete(id)
  }
  return [...last.values()]
}
