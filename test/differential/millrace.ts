/** The same script here: each statement's answer in the form in which Flink's is read. */
import { MillraceError } from '#src/base/errors.ts'
import { javaText } from '#src/data/java-text.ts'
import { type DataType, isText, printType } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import { Session } from '#src/engine/session.ts'
import type { Op } from '#src/testing/memory-tables.ts'
import type { Cells } from '../random/compare.ts'
import type { Mode, StatementAnswer } from './flink.ts'

export async function askMillrace(statements: readonly string[], mode: Mode): Promise<StatementAnswer[]> {
  const session = new Session({
    config: [
      ['table.local-time-zone', 'UTC'],
      ['execution.runtime-mode', mode],
    ],
  })
  const answers: StatementAnswer[] = []
  for (const statement of statements) answers.push(await answerTo(session, statement))
  await session.close()
  return answers
}

async function answerTo(session: Session, statement: string): Promise<StatementAnswer> {
  let running = false
  try {
    for await (const outcome of session.execute(statement)) {
      if (outcome.kind !== 'query') continue
      running = true
      const { schema } = outcome.query
      const changes: (readonly [Op, Cells])[] = []
      for await (const { op, row } of outcome.query.changes())
        changes.push([op, row.map((value, i) => cellOf(schema[i]!.type, value))])
      return { kind: 'rows', types: schema.map(field => printType(field.type)), changes }
    }
    return { kind: 'done' }
  } catch (error) {
    if (error instanceof MillraceError && error.kind !== 'internal')
      return { kind: 'error', text: `${error.code}: ${error.message}`, running }
    return { kind: 'error', text: `BUG ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, running }
  }
}

const cellOf = (type: DataType, value: Value): string | null =>
  value === null ? null : isText(type) ? (value as string) : javaText(type, value)
