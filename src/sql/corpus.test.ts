/** Every SQL text of the conformance corpus is read, and read again from its printed form. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseExpression, parseScript, parseType } from './parser.ts'
import { withoutSpans } from './same.ts'
import { unparse, unparseExpression, unparseType } from './unparse.ts'

const corpus = '../shared/conformance'

interface Case {
  readonly sql?: string
  readonly expr?: string
  readonly multi?: boolean
  readonly expectedType?: string | readonly string[]
  readonly row?: Readonly<Record<string, { readonly type: string }>>
  readonly ddl?: readonly string[]
  readonly steps?: readonly { readonly sql?: string; readonly schema?: readonly string[] }[]
}

const cases = (file: string): Case[] =>
  readFileSync(`${corpus}/${file}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Case)

function roundTrip<T>(text: string, parse: (text: string) => T, print: (tree: T) => string): void {
  const tree = parse(text)
  expect(withoutSpans(parse(print(tree))), text).toEqual(withoutSpans(tree))
}

const script = (text: string) => roundTrip(text, parseScript, statements => statements.map(unparse).join(';\n'))

/** A test that needs the corpus. */
function corpusTest(name: string, run: () => void): void {
  test(name, ({ skip }) => {
    skip(!existsSync(corpus), `there is no ${corpus}`)
    run()
  })
}

corpusTest('functions', () => {
  for (const { expr, multi, expectedType, row } of cases('flink-functions')) {
    if (multi === true) script(`SELECT ${expr}`)
    else roundTrip(expr!, parseExpression, unparseExpression)
    const types = [expectedType ?? [], Object.values(row ?? {}).map(column => column.type)].flat()
    for (const type of types) roundTrip(type, parseType, unparseType)
  }
})

corpusTest('aggregates', () => {
  for (const { sql } of cases('flink-aggregates')) script(sql!)
})

corpusTest('programs', () => {
  for (const { sql, schema } of cases('flink-programs').flatMap(({ steps }) => steps!)) {
    if (sql !== undefined) script(sql)
    for (const element of schema ?? []) script(`CREATE TABLE t (${element}) AS SELECT 1`)
  }
})

corpusTest('queries', () => {
  for (const { sql, ddl } of [...cases('flink-queries-batch'), ...cases('flink-queries-stream')]) {
    for (const text of [sql!, ...(ddl ?? [])]) script(text)
  }
})
