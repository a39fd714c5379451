import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Chunk, ChunkBuilder } from '../data/chunk.ts'
import { printRow } from '../data/notation.ts'
import { BufferPool } from '../data/pool.ts'
import { RowKind } from '../data/row-kind.ts'
import { type DataType, type Schema, isText } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { arbitraryType, arbitraryValue } from '../testing/arbitrary.ts'
import { decodeText, formatNamed, memoryWriter, optionsOf } from '../testing/decode.ts'

function encode(name: string, schema: Schema, rows: readonly (readonly Value[])[], options: Record<string, string>): string {
  const format = formatNamed(name)
  const builder = new ChunkBuilder(schema, new BufferPool(), { kinds: false })
  for (const row of rows) builder.append(RowKind.Insert, row)
  const chunk: Chunk = builder.finish()
  const into = memoryWriter()
  format.encoder!(schema, optionsOf(format, options), { zone: 'UTC', name: 'test/encoder' }).encode(chunk, into)
  return into.text()
}

const tables = (fits: (type: DataType) => boolean) =>
  fc
    .uniqueArray(fc.record({ name: fc.string({ minLength: 1, maxLength: 6 }), type: arbitraryType().filter(fits) }), {
      minLength: 1,
      maxLength: 6,
      selector: field => field.name,
    })
    .chain(schema =>
      fc.record({
        schema: fc.constant(schema),
        rows: fc.array(
          fc.tuple(...schema.map(field => arbitraryValue(field.type).filter(value => keysDiffer(field.type, value)))),
          { maxLength: 6 },
        ),
      }),
    )

/** Types that JSON can hold: keys are text, names of a row differ. */
function fitsJson(type: DataType): boolean {
  switch (type.kind) {
    case 'VARIANT':
      return false
    case 'ARRAY':
      return fitsJson(type.element)
    case 'MULTISET':
      return isText(type.element) && !type.element.nullable
    case 'MAP':
      return isText(type.key) && !type.key.nullable && fitsJson(type.value)
    case 'ROW':
      return new Set(type.fields.map(f => f.name)).size === type.fields.length && type.fields.every(f => fitsJson(f.type))
    default:
      return true
  }
}

/** Keys of maps and multisets are distinct, which arbitrary values do not promise. */
function keysDiffer(type: DataType, value: Value): boolean {
  if (value === null) return true
  const values = value as readonly Value[]
  switch (type.kind) {
    case 'ARRAY':
      return values.every(element => keysDiffer(type.element, element))
    case 'ROW':
      return values.every((field, i) => keysDiffer(type.fields[i]!.type, field))
    case 'MULTISET':
      return distinct(values)
    case 'MAP':
      return distinct(values) && values.every(entry => keysDiffer(type.value, (entry as readonly [Value, Value])[1]))
    default:
      return true
  }
}

const distinct = (entries: readonly Value[]): boolean =>
  new Set(entries.map(entry => (entry as readonly [Value, Value])[0])).size === entries.length

const nested: readonly DataType['kind'][] = ['VARIANT', 'ARRAY', 'MULTISET', 'MAP', 'ROW']

const printed = (schema: Schema, rows: readonly (readonly Value[])[]) => rows.map(row => `+I ${printRow(schema, row)}`)

test('json: what is written is read again, in blocks of any size', () => {
  const writing = fc.record({
    standard: fc.constantFrom('SQL', 'ISO-8601'),
    plain: fc.constantFrom('true', 'false'),
    ignoreNulls: fc.constantFrom('true', 'false'),
  })
  fc.assert(
    fc.property(
      tables(fitsJson),
      writing,
      fc.integer({ min: 1, max: 300 }),
      ({ schema, rows }, { standard, plain, ignoreNulls }, block) => {
        const options = {
          'timestamp-format.standard': standard,
          'encode.decimal-as-plain-number': plain,
          'encode.ignore-null-fields': ignoreNulls,
        }
        const text = encode('json', schema, rows, options)
        expect(decodeText('json', schema, text, { options, block }).rows).toEqual(printed(schema, rows))
        for (const line of text.split('\n').slice(0, -1)) expect(JSON.parse(line)).toBeTypeOf('object')
        const array = `[${text.trim().replaceAll('\n', ' ,\n')}]`
        expect(decodeText('json', schema, array, { options, block }).rows).toEqual(printed(schema, rows))
      },
    ),
    { numRuns: 150 },
  )
})

test('csv: what is written is read again, in blocks of any size', () => {
  const writing = fc.constantFrom<Record<string, string>>(
    {},
    { 'field-delimiter': ';' },
    { 'field-delimiter': '|', 'quote-character': "'" },
    { 'escape-character': '\\' },
    { 'write-bigdecimal-in-scientific-notation': 'false' },
  )
  const table = tables(type => !nested.includes(type.kind))
  fc.assert(
    fc.property(table, writing, fc.integer({ min: 1, max: 300 }), ({ schema, rows }, dialect, block) => {
      // An empty line is no record of a table with several columns; a literal keeps NULL and '' apart.
      const options = { ...dialect, 'null-literal': '<NULL>' }
      const text = encode('csv', schema, rows, options)
      expect(decodeText('csv', schema, text, { options, block }).rows).toEqual(printed(schema, rows))
    }),
    { numRuns: 150 },
  )
})
