import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textBytes } from '../data/text.ts'
import { parseRows, parseSchema } from '../data/notation.ts'
import { formatNamed, memoryWriter, optionsOf } from '../testing/decode.ts'
import { NO_MESSAGE } from './format.ts'
import { viewOver, writeJsonText } from './write-bytes.ts'

function encode(name: string, schemaText: string, rows: string, options: Record<string, string> = {}): string {
  const format = formatNamed(name)
  const schema = parseSchema(schemaText)
  const into = memoryWriter()
  const chunk = parseRows(schema, rows)
  format.encoder!(schema, optionsOf(format, options), { zone: 'UTC', name: 'test/encoder' }).encode(chunk, into)
  return into.text()
}

const all =
  'a INT, b BIGINT, d DOUBLE, f FLOAT, e DECIMAL(10, 2), s STRING, t BOOLEAN, y BYTES, da DATE, ti TIME(0), ts TIMESTAMP(3), t6 TIMESTAMP(6), tz TIMESTAMP_LTZ(3)'
const rows = `
  1 9007199254740993 1.0E10 0.1 12.50 E'a"b\\\\\\né/\\u0001' TRUE x'0102' 2024-01-05 01:02:03 '2024-01-05 01:02:03.000' '2024-01-05 01:02:03.123400' '2024-01-05 01:02:03.100Z'
  NULL NULL NaN NULL 1000000.00 '' FALSE x'' NULL 00:00:00 '2024-01-05 00:00:00.000' '2024-01-05 01:00:00.100000' '2024-01-05 01:02:03.000Z'`

// What Flink 2.3 wrote for the same statements.
describe('json', () => {
  test('every type, with SQL timestamps', () => {
    expect(encode('json', all, rows)).toBe(
      String.raw`{"a":1,"b":9007199254740993,"d":1.0E10,"f":0.1,"e":12.5,"s":"a\"b\\\né/\u0001","t":true,"y":"AQI=","da":"2024-01-05","ti":"01:02:03","ts":"2024-01-05 01:02:03","t6":"2024-01-05 01:02:03.1234","tz":"2024-01-05 01:02:03.1Z"}
{"a":null,"b":null,"d":"NaN","f":null,"e":1E+6,"s":"","t":false,"y":"","da":null,"ti":"00:00:00","ts":"2024-01-05 00:00:00","t6":"2024-01-05 01:00:00.1","tz":"2024-01-05 01:02:03Z"}
`,
    )
  })

  test.each([
    [
      'ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3)',
      "'2024-01-05 01:02:03.000' '2024-01-05 01:02:03.100Z'",
      { 'timestamp-format.standard': 'ISO-8601' },
      '{"ts":"2024-01-05T01:02:03","tz":"2024-01-05T01:02:03.1Z"}',
    ],
    ['a INT, b INT, r ROW<x INT, y INT>', '1 NULL (1, NULL)', { 'encode.ignore-null-fields': 'true' }, '{"a":1,"r":{"x":1}}'],
    ['a INT, b INT', 'NULL NULL', { 'encode.ignore-null-fields': 'true' }, '{}'],
    ['d DECIMAL(38, 10), e DECIMAL(10, 0)', '0.0000000001 1000000000', {}, '{"d":1E-10,"e":1E+9}'],
    ['d DECIMAL(38, 10), e DECIMAL(10, 0)', '1000.0000000000 0', {}, '{"d":1E+3,"e":0}'],
    [
      'd DECIMAL(38, 10), e DECIMAL(10, 0)',
      '1000.0000000000 1000000000',
      { 'encode.decimal-as-plain-number': 'true' },
      '{"d":1000.0000000000,"e":1000000000}',
    ],
    [
      'm MAP<STRING, INT>, l ARRAY<STRING>, r ROW<x INT, y ARRAY<ROW<z DOUBLE>>>',
      '{a=1, b=NULL} [x, NULL] (1, [(1.0)])',
      {},
      '{"m":{"a":1,"b":null},"l":["x",null],"r":{"x":1,"y":[{"z":1.0}]}}',
    ],
    ['m MAP<STRING, INT>', '{NULL=1, x=2}', { 'map-null-key.mode': 'DROP' }, '{"m":{"x":2}}'],
    ['m MAP<STRING, INT>', '{NULL=1}', { 'map-null-key.mode': 'LITERAL', 'map-null-key.literal': 'nix' }, '{"m":{"nix":1}}'],
  ])('%s: %s %j', (schema, row, options, expected) => {
    expect(encode('json', schema, row, options as Record<string, string>)).toBe(`${expected}\n`)
  })

  test('a NULL key fails', () => {
    expect(() => encode('json', 'm MAP<STRING, INT>', '{NULL=1}')).toThrow(
      "a NULL key of a MAP<STRING, INT> can't be written as JSON",
    )
  })
})

test('escapes are found wherever they stand', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', '\\', '\n', '\u0001', '\u007f'), maxLength: 40 }),
      text => {
        const bytes = textBytes(`xx${text}yy`)
        const into = new Uint8Array(400)
        const end = writeJsonText(into, 3, bytes, 2, bytes.length - 2, viewOver(bytes))
        expect(JSON.parse(Buffer.from(into.subarray(3, end)).toString())).toBe(text)
      },
    ),
  )
})

describe('messages by themselves', () => {
  const messages = (name: string, schema: string, rows: string) => {
    const into = memoryWriter()
    const ends = new Int32Array(8)
    const chunk = parseRows(parseSchema(schema), rows)
    const context = { zone: 'UTC', name: 'test/encoder' }
    formatNamed(name).encoder!(parseSchema(schema), optionsOf(formatNamed(name), {}), context).encode(chunk, into, ends)
    let start = 0
    return Array.from(ends.subarray(0, chunk.length), end => {
      if (end === NO_MESSAGE) return undefined
      const text = into.text().slice(start, end)
      start = end
      return text
    })
  }

  test.each([
    ['json', 'a INT, s STRING', '1 x\nNULL y', ['{"a":1,"s":"x"}', '{"a":null,"s":"y"}']],
    ['csv', 'a INT, s STRING', '1 x\nNULL y', ['1,x', ',y']],
    ['raw', 's STRING', 'x\nNULL\nyz', ['x', undefined, 'yz']],
  ] as [string, string, string, (string | undefined)[]][])('%s', (name, schema, rows, expected) =>
    expect(messages(name, schema, rows)).toEqual(expected),
  )
})

describe('csv', () => {
  test('every type', () => {
    expect(encode('csv', all, rows.replace('NaN', '1.5'))).toBe(
      `1,9007199254740993,1.0E10,0.1,12.5,"a""b\\\né/\u0001",true,AQI=,2024-01-05,01:02:03,"2024-01-05 01:02:03","2024-01-05 01:02:03.1234","2024-01-05 01:02:03.1Z"
,,1.5,,1E+6,,false,,,00:00:00,"2024-01-05 00:00:00","2024-01-05 01:00:00.1","2024-01-05 01:02:03Z"
`,
    )
  })

  test.each([
    ['x', 'x'],
    ['y z', '"y z"'],
    ['a,b', '"a,b"'],
    ['q"r', '"q""r"'],
    ['', ''],
    ['#x', '"#x"'],
    ['-5', '-5'],
    ['abc;d', 'abc;d'],
    ['(z)', '"(z)"'],
    ['_a', '_a'],
    ['n\nl', '"n\nl"'],
    ['x'.repeat(24), 'x'.repeat(24)],
    ['x'.repeat(25), `"${'x'.repeat(25)}"`],
    ['é'.repeat(24), 'é'.repeat(24)],
  ])('%j is written %j', (text, written) => {
    expect(encode('csv', 'a STRING', `E'${text.replaceAll('\n', '\\n')}'`)).toBe(`${written}\n`)
  })

  test.each([
    ['a STRING, b INT', 'N NULL', { 'null-literal': 'N' }, 'N,N'],
    ['a STRING, b INT', `'a;b"c' 1`, { 'field-delimiter': ';', 'disable-quote-character': 'true' }, 'a;b"c;1'],
    ['a STRING, b INT', `E'a\\\\b"c,' 1`, { 'escape-character': '\\' }, '"a\\\\b""c,",1'],
    ['a ARRAY<STRING>, r ROW<x INT, y STRING>, b INT', "[x, 'y;z', NULL] (1, q) 1", {}, 'x;y;z;,1;q,1'],
    ['a ARRAY<STRING>, r ROW<x INT, y STRING>, b INT', '[p] (NULL, q) 1', {}, 'p,;q,1'],
    ['a ARRAY<STRING>, r ROW<x INT, y STRING>, b INT', 'NULL NULL 1', {}, ',,1'],
    ['d DOUBLE, e DECIMAL(38, 10), x DOUBLE', '1.0E10 0.0000000001 1.0E-5', {}, '1.0E10,1E-10,1.0E-5'],
    ['e DECIMAL(38, 10)', '1.5', { 'write-bigdecimal-in-scientific-notation': 'false' }, '1.5000000000'],
  ])('%s: %s %j', (schema, row, options, expected) => {
    expect(encode('csv', schema, row, options as Record<string, string>)).toBe(`${expected}\n`)
  })
})

test.each([
  ['a STRING', 'x\ny', {}, 'x\ny\n'],
  ['a INT', '1633837924', {}, 'abcd\n'],
  ['a INT', '1684234849', { endianness: 'little-endian' }, 'abcd\n'],
])('raw: %s %s', (schema, row, options, expected) => {
  expect(encode('raw', schema, row, options as Record<string, string>)).toBe(expected)
})
