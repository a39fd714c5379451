/** A second opinion on what a reader reads: avsc builds a resolver from writer to reader, or refuses. */
import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { incompatibilities } from './compatibility.ts'
import { parseAvro } from './parse.ts'

const primitive = fc.constantFrom('null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes')
const { type } = fc.letrec<{ type: unknown; union: unknown; record: unknown }>(tie => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    tie('union'),
    tie('record'),
  ),
  union: fc.uniqueArray(primitive, { minLength: 1, maxLength: 4 }),
  record: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.oneof(primitive, tie('record')), fallback: fc.boolean() }),
    { maxLength: 3, selector: field => field.name },
  ),
}))

/** Records get names by their place, so that both schemas have the same ones. */
function named(json: unknown, place = 'R'): unknown {
  if (typeof json === 'string') return json
  if (Array.isArray(json) && json.every(each => typeof each === 'string') && json.length > 0) return json
  if (Array.isArray(json)) {
    const fields = json.map(({ name, type, fallback }) => ({
      name,
      type: named(type, `${place}_${name}`),
      ...(fallback && type === 'int' ? { default: 1 } : {}),
    }))
    return { type: 'record', name: place, fields }
  }
  const { type, items, values } = json as Record<string, unknown>
  return type === 'array' ? { type, items: named(items, `${place}_i`) } : { type, values: named(values, `${place}_v`) }
}

const NEXT: Readonly<Record<string, string>> = {
  int: 'long',
  long: 'float',
  float: 'double',
  string: 'bytes',
  bytes: 'string',
  double: 'int',
}

/** The same schema with some of its primitive types replaced by a neighbour. */
function altered(json: unknown, picks: readonly boolean[]): unknown {
  let i = 0
  return JSON.parse(JSON.stringify(json), (key, value: unknown) =>
    typeof value === 'string' && key !== 'name' && picks[i++ % picks.length] ? (NEXT[value] ?? value) : value,
  )
}

const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true })

function avscReads(reader: unknown, writer: unknown): boolean {
  try {
    typeOf(reader).createResolver(typeOf(writer))
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function isSchema(schema: unknown): boolean {
  try {
    return typeOf(schema) !== undefined
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

test('avsc reads what we say can be read, and nothing else', () => {
  fc.assert(
    fc.property(
      type,
      fc.oneof(
        type,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).map(picks => ({ picks })),
      ),
      (a, b) => {
        const other = typeof b === 'object' && b !== null && 'picks' in b ? altered(a, b.picks as readonly boolean[]) : b
        const [reader, writer] = [named(other), named(a)]
        // A union that got the same type twice is none.
        fc.pre([reader, writer].every(isSchema))
        const found = incompatibilities(parseAvro(JSON.stringify(reader)).type, parseAvro(JSON.stringify(writer)).type)
        expect({ reader, writer, reads: found.length === 0 }).toEqual({ reader, writer, reads: avscReads(reader, writer) })
      },
    ),
    { numRuns: 400 },
  )
})
