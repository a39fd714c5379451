/** Flink's own cast cases, run straight through `castability` and `implementCast`: CAST(f0 AS T) of one typed value. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Json, matchesValue, valueFrom } from './values.ts'
import { MillraceError } from '#src/base/errors.ts'
import { parseType, printValue } from '#src/data/notation.ts'
import { type DataType, withNullable } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import { castability, implementCast } from '#src/expr/cast.ts'
import type { SessionFacts } from '#src/expr/function.ts'

const file = '../shared/conformance/flink-functions.jsonl'
const reason = existsSync(file) ? undefined : `${file} is not there`

interface CastCase {
  readonly id: string
  readonly kind: string
  readonly expr: string
  readonly error?: boolean
  readonly phase?: string
  readonly expected: Json
  readonly timeZone?: string
  readonly config?: Readonly<Record<string, string>>
  readonly row?: Readonly<Record<string, { readonly type: string; readonly value: Json }>>
}

test.skipIf(reason !== undefined)('more than 97 % of the cast cases pass', () => {
  const results = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as CastCase)
    .flatMap(given => {
      const [, safe, name, target] = /^(TRY_)?CAST\((f\d) AS (.*)\)$/.exec(given.expr) ?? []
      const source = name === undefined ? undefined : given.row?.[name]
      if (
        given.kind !== 'typed' ||
        source === undefined ||
        /\bCAST\b/.test(target!) ||
        /STRUCTURED|RAW/.test(source.type + target)
      )
        return []
      return [
        { id: given.id, failure: failureOf(given, parseType(source.type), source.value, parseType(target!), safe !== undefined) },
      ]
    })
  const failures = results.flatMap(({ id, failure }) => (failure === undefined ? [] : [`${id}: ${failure}`]))
  expect(results.length).toBeGreaterThan(250)
  expect((results.length - failures.length) / results.length, failures.join('\n')).toBeGreaterThan(0.97)
})

/** What is wrong, or undefined. */
function failureOf(given: CastCase, from: DataType, json: Json, to: DataType, safe: boolean): string | undefined {
  const outcome = attempt(() => {
    if (castability(from, to) === 'never') return 'validation'
    const value = withinType(from, valueFrom(from, json))
    const cast = implementCast(from, to, { safe, session: sessionIn(given) })
    return { value: cast(value) }
  })
  if (given.error === true)
    return outcome === given.phase ? undefined : `should fail in ${given.phase}, not ${shown(to, outcome)}`
  if (typeof outcome === 'string') return `fails in ${outcome}: ${given.expr} of ${JSON.stringify(json)}`
  if (matchesValue(to, outcome.value, given.expected)) return undefined
  return `${given.expr} of ${JSON.stringify(json)} is ${shown(to, outcome)}, not ${JSON.stringify(given.expected)}`
}

type Result = { readonly value: Value } | string

function attempt(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'CAST_FAILED') return 'runtime'
    throw error
  }
}

const shown = (type: DataType, result: Result): string =>
  typeof result === 'string' ? result : printValue(withNullable(type, true), result.value)

/** Flink's fixtures hold values that their type does not: those arrive cut, wrapped or filled up. */
function withinType(type: DataType, value: Value): Value {
  if (type.kind === 'CHAR' && typeof value === 'string') return value.padEnd(type.length)
  if (type.kind === 'SMALLINT' && typeof value === 'number') return (value << 16) >> 16
  return value
}

const sessionIn = (given: CastCase): SessionFacts => ({
  zone: given.timeZone ?? 'UTC',
  legacyCast: given.config?.['table.exec.legacy-cast-behaviour']?.toUpperCase() === 'ENABLED',
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0,
  database: 'default_database',
})
