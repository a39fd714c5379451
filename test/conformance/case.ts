/** How one conformance case is run and judged. */
import { MillraceError, UnsupportedError } from '#src/base/errors.ts'
import { sessionOptions } from '#src/engine/config.ts'
import { Session } from '#src/engine/session.ts'
import type { Outcome, RunningQuery } from '#src/engine/outcome.ts'
import type { Schema } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import { type MemoryTables, type Op } from '#src/testing/memory-tables.ts'

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly got: string; readonly expected: string }
  | { readonly kind: 'unsupported'; readonly got: string }

export interface Case {
  readonly id: string
  /** What is run, for the list of failures. */
  readonly sql: string
  run(): Promise<Verdict>
}

export const passed: Verdict = { kind: 'passed' }
export const failed = (expected: string, got: string): Verdict => ({ kind: 'failed', expected, got })

/** Runs a case; what Millrace says it does not support yet is told apart from what it does wrong. */
export async function judge(given: Case): Promise<Verdict> {
  try {
    return await given.run()
  } catch (error) {
    if (isUnsupported(error)) return { kind: 'unsupported', got: textOf(error) }
    return failed('a result', textOf(error))
  }
}

export const isUnsupported = (error: unknown): boolean =>
  error instanceof UnsupportedError || (error instanceof MillraceError && error.code === 'NOT_SUPPORTED')

export const textOf = (error: unknown): string => {
  if (error instanceof MillraceError) return `${error.code}: ${error.message}`
  return error instanceof Error
    ? `${error.name}: ${error.message}\n${error.stack?.split('\n').slice(1, 4).join('\n') ?? ''}`
    : String(error)
}

/** Every case must fail: the verdict of one that is expected to. "Not supported yet" is no such failure. */
export async function mustFail(run: () => Promise<string>): Promise<Verdict> {
  try {
    return failed('an error', await run())
  } catch (error) {
    if (isUnsupported(error)) return { kind: 'unsupported', got: textOf(error) }
    // A bug of ours is not the error that was asked for.
    if (!(error instanceof MillraceError) || error.kind === 'internal') return failed('an error of Millrace', textOf(error))
    return passed
  }
}

export interface CollectedRows {
  readonly schema: Schema
  readonly changes: readonly (readonly [Op, readonly Value[]])[]
}

export function sessionWith(tables: MemoryTables, config: Readonly<Record<string, string>>): Session {
  const session = new Session({ connectors: [tables.connector] })
  session.config.set('table.local-time-zone', 'UTC')
  for (const [key, value] of Object.entries(config)) configure(session, key, value)
  return session
}

/** Sets an option of a case. What Millrace does not know is not supported, unless it only says how Flink is to go about it. */
export function configure(session: Session, key: string, value: string): void {
  if (isHow(key)) return
  if (sessionOptions[key] === undefined) throw new UnsupportedError(`the option ${key}`)
  session.config.set(key, value)
}

const isHow = (key: string): boolean =>
  /^table\.(optimizer\.|exec\.(delta-join|disabled-operators|resource|async-state|mini-batch\.(size|allow-latency)))/.test(key)

/** Runs statements up to the first query and collects its rows. */
export async function collect(session: Session, sql: string): Promise<CollectedRows> {
  for await (const outcome of session.execute(sql)) {
    if (outcome.kind === 'query') return drained(outcome.query)
  }
  throw new Error('no query among the statements')
}

/** Runs statements that give no rows; an INSERT is waited for. */
export async function run(session: Session, sql: string): Promise<void> {
  for await (const outcome of session.execute(sql)) await settled(outcome)
}

async function settled(outcome: Outcome): Promise<void> {
  if (outcome.kind === 'insert') await outcome.job.done
  if (outcome.kind === 'query') await drained(outcome.query)
}

async function drained(query: RunningQuery): Promise<CollectedRows> {
  const changes: (readonly [Op, readonly Value[]])[] = []
  for await (const { op, row } of query.changes()) changes.push([op, row])
  return { schema: query.schema, changes }
}

/** The bag of rows a changelog leaves. */
export function bagOf(changes: CollectedRows['changes'], text: (row: readonly Value[]) => string): string[] {
  const counts = new Map<string, number>()
  for (const [op, row] of changes) {
    const key = text(row)
    const count = (counts.get(key) ?? 0) + (op === '+I' || op === '+U' ? 1 : -1)
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
  }
  return [...counts].flatMap(([key, count]) =>
    Array.from({ length: Math.max(count, 0) }, () => key).concat(count < 0 ? [`missing ${-count}x ${key}`] : []),
  )
}

export const sameBag = (a: readonly string[], b: readonly string[]): boolean => {
  const [x, y] = [a.toSorted(), b.toSorted()]
  return x.length === y.length && x.every((row, i) => row === y[i])
}
