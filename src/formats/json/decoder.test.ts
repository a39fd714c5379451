import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DecodeSettings, decodeText } from '../../testing/decode.ts'

const one = (schema: string, text: string | Uint8Array, settings?: DecodeSettings) =>
  decodeText('json', schema, text, settings).rows.join(' | ')
const iso = { options: { 'timestamp-format.standard': 'ISO-8601' } }

/** What the field `a` becomes as a column of this type, or what the error says. */
function field(type: string, value: string, settings?: DecodeSettings): string {
  try {
    return one(`a ${type}`, `{"a":${value}}`, settings).replace('+I ', '')
  } catch (error) {
    return (error as Error).message.replace(/^file:1: /, '').replace(/^column 'a': /, '')
  }
}

describe('fields', () => {
  // Type, JSON, value: asked of Flink 2.3.
  test.each([
    ['INT', '-12', '-12'],
    ['INT', '1.9', '1'],
    ['INT', '1e3', '1000'],
    ['INT', '" 12 "', '12'],
    ['INT', '"+5"', '5'],
    ['INT', '2147483648', "expected INT, not '2147483648'"],
    ['INT', '"1.9"', "expected INT, not '1.9'"],
    ['INT', '""', "expected INT, not ''"],
    ['INT', 'true', "expected INT, not 'true'"],
    ['INT', '{}', 'expected INT, not an object'],
    ['TINYINT', '-128', '-128'],
    ['TINYINT', '200', "expected TINYINT, not '200'"],
    ['TINYINT', '1.9', "expected TINYINT, not '1.9'"],
    ['BIGINT', '-9223372036854775808', '-9223372036854775808'],
    ['BIGINT', '9223372036854775807', '9223372036854775807'],
    ['BIGINT', '9223372036854775808', "expected BIGINT, not '9223372036854775808'"],
    ['BIGINT', '1.9', '1'],
    ['BIGINT', '9007199254740993.5', '9007199254740994'],
    ['BOOLEAN', 'true', 'TRUE'],
    ['BOOLEAN', '"TRUE"', 'TRUE'],
    ['BOOLEAN', '"yes"', 'FALSE'],
    ['BOOLEAN', '1', 'FALSE'],
    ['DOUBLE', '1.5', '1.5'],
    ['DOUBLE', '0.1234567890123456789', '0.12345678901234568'],
    ['DOUBLE', '" 2.5 "', '2.5'],
    ['DOUBLE', '"NaN"', 'NaN'],
    ['DOUBLE', '"1d"', '1.0'],
    ['DOUBLE', 'true', "expected DOUBLE, not 'true'"],
    ['FLOAT', '16777217', '1.6777216E7'],
    ['DECIMAL(5, 2)', '1.005', '1.01'],
    ['DECIMAL(5, 2)', '"1.235"', '1.24'],
    ['DECIMAL(5, 2)', '12345.6', 'NULL'],
    ['DECIMAL(5, 2)', '1e2', '100.00'],
    ['DECIMAL(5, 2)', '" 1 "', '1.00'],
    ['DECIMAL(5, 2)', 'true', "expected DECIMAL(5, 2), not 'true'"],
    ['DECIMAL(38, 2)', '123456789012345678901234567890.125', '123456789012345678901234567890.13'],
    ['BYTES', '"aGVsbG8="', "x'68656c6c6f'"],
    ['BYTES', '"aGVs\\nbG8="', "x'68656c6c6f'"],
    ['BYTES', '"aGVsbG8"', "expected BYTES, not 'aGVsbG8'"],
    ['BYTES', '1', "expected BYTES, not '1'"],
    ['DATE', '"2024-01-05"', '2024-01-05'],
    ['DATE', '"2024-1-5"', "expected DATE, not '2024-1-5'"],
    ['DATE', '"2023-02-30"', "expected DATE, not '2023-02-30'"],
    ['TIME(3)', '"01:02:03.456789"', '01:02:03.456'],
    ['TIME(3)', '"24:00:00"', '00:00:00.000'],
    ['TIME(3)', '"01:02"', "expected TIME(3), not '01:02'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03"', "'2024-01-05 01:02:03.000'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03.123456789"', "'2024-01-05 01:02:03.123'"],
    ['TIMESTAMP(9)', '"2024-01-05 01:02:03.123456789"', "'2024-01-05 01:02:03.123456789'"],
    ['TIMESTAMP(3)', '"2024-01-05T01:02:03"', "expected TIMESTAMP(3), not '2024-01-05T01:02:03'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03Z"', "expected TIMESTAMP(3), not '2024-01-05 01:02:03Z'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02"', "expected TIMESTAMP(3), not '2024-01-05 01:02'"],
    ['TIMESTAMP(3)', '1704416523000', "expected TIMESTAMP(3), not '1704416523000'"],
    ['TIMESTAMP(9)', '"2023-02-30 00:00:00"', "'2023-02-28 00:00:00.000000000'"],
    ['TIMESTAMP(3)', '"2023-02-28 24:00:00"', "'2023-03-01 00:00:00.000'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05 01:02:03.1Z"', "'2024-01-05 01:02:03.100Z'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05 01:02:03"', "expected TIMESTAMP_LTZ(3), not '2024-01-05 01:02:03'"],
    ['STRING', '1.50', '1.50'],
    ['STRING', 'true', 'true'],
    ['STRING', '"x\ty"', "E'x\\ty'"],
    ['STRING', '"\\ud800"', '?'],
    ['STRING', '"\\ud83d\\ude00é\\u00e9\\/\\n"', "E'😀éé/\\n'"],
    ['STRING', '{ "x" : 1.50, "y":[1, 2.0E3, null], "z":"\\u00e9" }', `'{"x":1.5,"y":[1,2000.0,null],"z":"é"}'`],
    ['STRING', '{"x":1e400,"y":1e-7,"e":1e7,"s":"\\u001f"}', `'{"x":"Infinity","y":1.0E-7,"e":1.0E7,"s":"\\u001F"}'`],
    ['ARRAY<INT>', '[1, null, "3"]', '[1, NULL, 3]'],
    ['ARRAY<INT>', '5', 'expected ARRAY<INT>'],
    ['MAP<STRING, INT>', '{"p":1,"q":null,"p":2}', '{p=2, q=NULL}'],
    ['MULTISET<STRING>', '{"x":2}', '{x=2}'],
    ['ROW<x INT, y STRING>', '{"y":"s"}', '(NULL, s)'],
    ['ROW<x INT, y STRING>', '[1]', 'expected ROW<`x` INT, `y` STRING>'],
  ])('%s ← %s', (type, value, expected) => {
    expect(field(type, value)).toBe(expected)
    // The same in a nested column, which is read another way.
    if (!expected.startsWith('expected') && !type.startsWith('ROW')) {
      expect(field(`ARRAY<${type}>`, `[${value}]`)).toBe(`[${expected}]`)
    }
  })

  test.each([
    ['TIMESTAMP(3)', '"2024-01-05T01:02:03.5"', "'2024-01-05 01:02:03.500'"],
    ['TIMESTAMP(3)', '"2024-01-05T01:02"', "'2024-01-05 01:02:00.000'"],
    ['TIMESTAMP(3)', '"2024-01-05t01:02:03"', "'2024-01-05 01:02:03.000'"],
    ['TIMESTAMP(3)', '"2023-02-30T00:00:00"', "expected TIMESTAMP(3), not '2023-02-30T00:00:00'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05T01:02Z"', "'2024-01-05 01:02:00.000Z'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05T01:02:03z"', "expected TIMESTAMP_LTZ(3), not '2024-01-05T01:02:03z'"],
  ])('%s ← %s in ISO-8601', (type, value, expected) => {
    expect(field(type, value, iso)).toBe(expected)
  })
})

const ignore = { options: { 'ignore-parse-errors': 'true' } }

describe('records', () => {
  test.each([
    ['{"b":"x","a":1,"c":{"d":[1,{"e":"}"}]}}', '1 x'],
    ['{ "a" :\t1 , "b" : "x" }\r', '1 x'],
    ['{"a":1,"a":2,"b":"x"}', '2 x'],
    ['{"a":null,"a":2,"b":"x"}', '2 x'],
    ['{"a":2,"a":null,"b":"x"}', 'NULL x'],
    ['{"\\u0061":1,"b":"x"}', '1 x'],
    ['{"a":1}', '1 NULL'],
    ['{}', 'NULL NULL'],
    ['{"A":1}', 'NULL NULL'],
    ['  \n\n{"a":1}\n \n', '1 NULL'],
    ['[{"a":1},{"a":2}]', '1 NULL | +I 2 NULL'],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(one('a INT, b STRING', text).replace('+I ', '')).toBe(expected)
  })

  test.each([
    ['5', "expected a JSON object, not '5'"],
    ['null', "expected a JSON object, not 'null'"],
    ['{"a":1,}', "expected a field name in quotes, not '}'"],
    ["{'a':1}", "expected a field name in quotes, not ''a':1}'"],
    ['{"a":01}', "expected a JSON value, not '01}'"],
    ['{"a":.5}', "expected a JSON value, not '.5}'"],
    ['{"a":+1}', "expected a JSON value, not '+1}'"],
    ['{"a":-}', "expected a JSON value, not '-}'"],
    ['{"a":1', "expected ',' or '}', but the message ends"],
    ['{"a":', 'expected a JSON value, but the message ends'],
    ['{"a"', "expected ':', but the message ends"],
    ['{"a', "expected a field name in quotes, not '\"a'"],
    ['{', 'expected a field name in quotes, but the message ends'],
    ['{"b":"x', 'a text is not closed'],
    ['{"b":"x\\"', 'a text is not closed or holds an escape that JSON does not have'],
    ['{"b":"\\q"}', 'a text is not closed or holds an escape that JSON does not have'],
    ['{"c":"\\u12g4"}', 'expected a JSON value, not \'"\\u12g4"}\''],
    ['{"c":[1,2}', "expected a JSON value, not '[1,2}'"],
    ['{"a" 1}', "expected ':', not '1}'"],
    ['{"a":1 "b":2}', "expected ',' or '}', not '\"b\":2}'"],
    ['{"a":1} xyz', "only one JSON object to a message: 'xyz' follows it"],
    ['{"a":1}{"a":2}', 'only one JSON object to a message: \'{"a":2}\' follows it'],
    ['{"a":"x"}', "column 'a': expected INT, not 'x'"],
  ])('broken: %j', (text, message) => {
    const lines = `{"a":7}\n${text}\n{"a":8}\n`
    expect(() => decodeText('json', 'a INT, b STRING', lines)).toThrow(`file:2: ${message}`)
    expect(() => decodeText('json', 'a INT, b STRING', text)).toThrow(`file:1: ${message}`)
  })

  test('an error has a code and a place', () => {
    const error = catchError(() => decodeText('json', 'a INT', '{"a":1}\nx'))
    expect(error).toMatchObject({ code: 'JSON_BAD_RECORD', place: 'file:2', kind: 'external' })
  })

  test('ignore-parse-errors: a bad field is NULL, a broken record is skipped, both are counted', () => {
    const lines = [
      '{"a":"x","b":2}',
      '{"a":1,"b":{"x":1}}',
      'broken \\u0041',
      '{"b":[1,2],"a":4}',
      '{"a":"\\u0035","b":"x\\u0041',
      '{"a":5,"b":null}',
      '{"a":6,"b":"7"}}',
      '{"a":8,"b":9}',
    ]
    const { rows, counts, skipped } = decodeText('json', 'a INT, b INT', lines.join('\n'), ignore)
    expect(rows).toEqual(['+I NULL 2', '+I 1 NULL', '+I 4 NULL', '+I 5 NULL', '+I 8 9'])
    expect(counts).toEqual({ skippedRecords: 3, nulledFields: 3 })
    expect(skipped).toEqual([
      "file:3: broken \\u0041 (expected a JSON object, not 'broken \\u0041')",
      'file:5: {"a":"\\u0035","b":"x\\u0041 (expected a JSON value, not \'"x\\u0041\')',
      'file:7: {"a":6,"b":"7"}} (only one JSON object to a message: \'}\' follows it)',
    ])
  })

  test('what is skipped is told as it came, though escapes were resolved in place', () => {
    const line = '{"b":"\\u0041\\n\\u0042","a":x}'
    const { rows, skipped } = decodeText('json', 'a INT, b STRING', `${line}\n{"a":1,"b":"\\u0043"}`, ignore)
    expect(rows).toEqual(['+I 1 C'])
    expect(skipped).toEqual([`file:1: ${line} (expected a JSON value, not 'x}')`])
  })

  test('inside nested values only what does not fit is NULL', () => {
    const line = '{"a":1,"r":{"x":"q","y":2},"l":[1,"q",2],"m":{"k":[],"j":3}}'
    const { rows, counts } = decodeText('json', 'a INT, r ROW<x INT, y INT>, l ARRAY<INT>, m MAP<STRING, INT>', line, ignore)
    expect(rows).toEqual(['+I 1 (NULL, 2) [1, NULL, 2] {k=NULL, j=3}'])
    expect(counts).toEqual({ skippedRecords: 0, nulledFields: 3 })
  })

  test('NOT NULL columns', () => {
    const schema = 'a INT NOT NULL, b INT'
    const message = "column 'a' is NOT NULL and the record has no value for it"
    expect(() => decodeText('json', schema, '{"a":null}')).toThrow(message)
    expect(() => decodeText('json', schema, '{"b":1}')).toThrow(message)
    expect(() => decodeText('json', 'r ROW<x INT NOT NULL>', '{"r":{}}')).toThrow(
      "column 'r': NULL for a value of type INT NOT NULL",
    )
    expect(decodeText('json', schema, '{"a":null}\n{"a":"x"}\n{"b":1}\n{"a":1}', ignore)).toMatchObject({
      rows: ['+I 1 NULL'],
      counts: { skippedRecords: 3, nulledFields: 0 },
    })
  })

  test('fail-on-missing-field', () => {
    const strict = { options: { 'fail-on-missing-field': 'true' } }
    expect(one('a INT, b INT', '{"b":null,"a":1}', strict)).toBe('+I 1 NULL')
    expect(() => one('a INT, b INT', '{"a":1}', strict)).toThrow("file:1: the field 'b' is missing")
    expect(() => one('r ROW<x INT>', '{"r":{}}', strict)).toThrow("file:1: column 'r': a field of ROW<`x` INT> is missing")
    expect(() => one('a INT', '{}', { options: { ...strict.options, ...ignore.options } })).toThrow("can't both be true")
  })

  test('invalid UTF-8 is a broken record', () => {
    const bytes = Uint8Array.from([
      ...new TextEncoder().encode('{"a":1}\n{"a":2,"b":"'),
      0xff,
      ...new TextEncoder().encode('"}\n{"a":3,"b":"é"}'),
    ])
    expect(() => one('a INT, b STRING', bytes)).toThrow('file:2: the message is not valid UTF-8')
    expect(one('a INT, b STRING', bytes, ignore)).toBe('+I 1 NULL | +I 3 é')
  })

  test('only the columns that are read, names of any kind', () => {
    const table = 'a INT, `wide "name"` STRING, `` STRING, é INT, b INT'
    const line = '{"a":"not read","wide \\"name\\"":"w","":"empty","é":4,"b":5}'
    expect(decodeText('json', table, `${line}\n${line}`, { read: ['b', 'wide "name"', '', 'é'] }).rows).toEqual(
      Array(2).fill('+I 5 w empty 4'),
    )
    expect(decodeText('json', table, `${line}\n${line}`, { read: [] }).values).toEqual([[], []])
  })

  test('more columns than fit one word of bits, more fields than are remembered', () => {
    const columns = Array.from({ length: 70 }, (_, i) => `c${i}`)
    const object = (value: (i: number) => unknown) =>
      JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, value(i)])))
    const extra = JSON.stringify(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`x${i}`, i]))).slice(0, -1)
    const lines = [object(i => i), object(i => -i), `${extra},${object(i => i).slice(1)}`, '{}']
    const { values } = decodeText('json', columns.map(name => `${name} INT`).join(', '), lines.join('\n'))
    expect(values).toEqual([
      columns.map((_, i) => i),
      columns.map((_, i) => 0 - i),
      columns.map((_, i) => i),
      columns.map(() => null),
    ])
  })

  test('unsupported types say so', () => {
    expect(() => one('v VARIANT', '{}')).toThrow('the type VARIANT in the format json is not supported yet')
    expect(() => one('m MAP<INT, INT>', '{}')).toThrow(
      'a key that is not text (MAP<INT, INT>) in the format json is not supported yet',
    )
  })
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** A value as JSON in one of its many spellings: blanks, escapes, fields in any order, earlier fields of the same name. */
const spelt = (value: unknown): fc.Arbitrary<string> => {
  const blank = fc.constantFrom('', '', '', ' ', '\t ')
  const between = (text: string) => fc.tuple(blank, blank).map(([a, b]) => a + text + b)
  if (typeof value === 'string') {
    const characters = [...value]
    const escaped = (text: string) =>
      Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
    return fc.array(fc.nat(3), { minLength: characters.length, maxLength: characters.length }).map(ways => {
      const spellings = characters.map((char, i) =>
        ways[i] === 0 ? escaped(char) : char === '/' && ways[i] === 1 ? '\\/' : JSON.stringify(char).slice(1, -1),
      )
      return `"${spellings.join('')}"`
    })
  }
  if (Array.isArray(value)) return fc.tuple(...value.map(spelt)).chain(parts => between(`[${parts.join(',')}]`))
  if (value !== null && typeof value === 'object') {
    return fc
      .shuffledSubarray(Object.entries(value), { minLength: Object.keys(value).length })
      .chain(entries => fc.tuple(...entries.map(([k, v]) => fc.tuple(spelt(k), blank, spelt(v), blank))))
      .map(parts => `{${parts.map(([k, a, v, b]) => `${b}${k}${a}:${b}${v}${a}`).join(',')}}`)
  }
  return between(JSON.stringify(value))
}

const record = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }),
    whole: fc.integer(),
    flag: fc.boolean(),
    list: fc.array(fc.string()),
    other: fc.jsonValue(),
    more: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

test('the same values as JSON.parse, whatever the spelling', () => {
  const lines = fc.array(
    record.chain(value => spelt(value)),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 99 }), (texts, block) => {
      const schema = 'whole INT, text STRING, flag BOOLEAN, number DOUBLE, list ARRAY<STRING>'
      const expected = texts.map(text => {
        const object = JSON.parse(text) as Record<string, unknown>
        return ['whole', 'text', 'flag', 'number', 'list'].map(name => object[name] ?? null)
      })
      expect(decodeText('json', schema, texts.join('\n'), { block }).values).toEqual(expected)
    }),
  )
})

test('what JSON.parse refuses is skipped, what it takes is not', () => {
  const damaged = fc
    .tuple(
      record.chain(value => spelt(value)),
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', 't', ' '),
    )
    .map(([text, place, byte]) => {
      const at = place % text.length
      return text.slice(0, at) + byte + text.slice(at + 1)
    })
    // A file that begins with a bracket is an array of messages.
    .filter(text => !/^\s*(\[|$)/.test(text))
  fc.assert(
    fc.property(damaged, text => {
      let object: unknown
      try {
        object = JSON.parse(text)
      } catch {
        object = undefined
      }
      const takes = typeof object === 'object' && object !== null
      const { counts, rows } = decodeText('json', 'text STRING, whole INT, list ARRAY<STRING>', text, ignore)
      expect({ rows: rows.length, skipped: counts.skippedRecords }).toEqual(
        takes ? { rows: 1, skipped: 0 } : { rows: 0, skipped: 1 },
      )
    }),
    { numRuns: 500 },
  )
})
