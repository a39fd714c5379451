import { describe, expect, test } from 'vitest'
import { incompatibilities } from './compatibility.ts'
import { parseAvro } from './parse.ts'
import { printAvro } from './print.ts'

const canonical = (text: string) => printAvro(parseAvro(text).type)
const normalized = (text: string) => printAvro(parseAvro(text).type, { normalized: true })
/** A record `R` of these fields: `a:int`, `b:string=x`. */
const record = (fields: string, name = 'R') => `{"type":"record","name":"${name}","fields":[${fields}]}`
const field = (name: string, type: string, more = '') => `{"name":"${name}","type":${type}${more}}`

describe('the canonical text', () => {
  test.each([
    [' "int" ', '"int"'],
    ['{"type":"string"}', '"string"'],
    ['{"type":"string","avro.java.string":"String"}', '{"type":"string","avro.java.string":"String"}'],
    [
      '{"type":"bytes","logicalType":"decimal","precision":4,"scale":0}',
      '{"type":"bytes","logicalType":"decimal","precision":4,"scale":0}',
    ],
    [
      '{"fields":[],"name":"R","type":"record","z":1,"a":2,"aliases":["Q","x.Q"]}',
      '{"type":"record","name":"R","fields":[],"z":1,"a":2,"aliases":["Q","x.Q"]}',
    ],
    ['{"name":"n.R","type":"record","fields":[]}', '{"type":"record","name":"R","namespace":"n","fields":[]}'],
    ['{"default":"A","symbols":["A"],"name":"E","type":"enum"}', '{"type":"enum","name":"E","symbols":["A"],"default":"A"}'],
    [record(field('x', '{"type":"R"}')), record(field('x', '"R"'))],
    [record(field('x', '"double"', ',"order":"ascending","default":1e30')), record(field('x', '"double"', ',"default":1.0E30'))],
  ])('of %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
    expect(canonical(expected)).toBe(expected)
  })

  test('names are short in their own namespace', () => {
    const inner = '{"type":"record","name":"m.T","fields":[{"name":"q","type":"n.S"}]}'
    const text = `{"type":"record","name":"R","namespace":"n","fields":[${field('x', '{"type":"fixed","name":"S","size":1}')},${field('z', '"n.S"')},${field('w', inner)}]}`
    expect(canonical(text)).toContain('{"name":"z","type":"S"}')
    expect(canonical(text)).toContain('"name":"T","namespace":"m","fields":[{"name":"q","type":"n.S"}]')
  })

  test('what is known from elsewhere is a name', () => {
    const known = parseAvro('{"type":"fixed","name":"n.F","size":1}')
    const { type } = parseAvro(record(field('x', '"n.F"')), { known: known.names })
    expect(printAvro(type, { known: known.names.values() })).toBe(record(field('x', '"n.F"')))
    expect(printAvro(type)).toBe(record(field('x', '{"type":"fixed","name":"F","namespace":"n","size":1}')))
  })

  test('normalized: attributes and aliases sorted, defaults in their type', () => {
    const text = record(field('x', '"double"', ',"default":1,"z":{"b":1,"a":2},"c":3,"aliases":["q","p"]'))
    expect(normalized(text)).toBe(record(field('x', '"double"', ',"default":1.0,"aliases":["p","q"],"c":3,"z":{"a":2,"b":1}')))
  })
})

describe('refused', () => {
  test.each([
    ['{}', 'No type: {}'],
    ['"foo"', 'Undefined schema: foo'],
    ['["int","int"]', 'Duplicate in union:int'],
    ['["int",["null"]]', 'Nested union: ["int",["null"]]'],
    [record(field('x', '"int"', ',"default":null')), 'Invalid default for field x: null not a "int"'],
    [record(field('x', '"int"', ',"default":3000000000')), 'Invalid default for field x: 3000000000 not a "int"'],
    [record(field('x', '"long"', ',"default":1.0')), 'Invalid default for field x: 1.0 not a "long"'],
    [record(`${field('x', '"int"')},${field('x', '"int"')}`), 'Duplicate field x in record R'],
    [record(field('x-y', '"int"')), 'Illegal character in: x-y'],
    [record('', '1R'), 'Illegal initial character: 1R'],
    [record('', 'int'), 'Schemas may not be named after primitives: int'],
    [record(field('x', record('')), 'R'), "Can't redefine: R"],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', 'Duplicate enum symbol: A'],
    ['{"type":"enum","name":"E","symbols":["A"],"default":"B"}', 'The Enum Default: B is not in the enum symbol set: [A]'],
    ['{"type":"fixed","name":"F","size":-1}', 'Malformed data. Length is negative: -1'],
    ['{"type":"array"}', 'Array has no items type: {"type":"array"}'],
    ['{"type":"record","name":"a.1b.R","fields":[]}', 'Namespace part "1b" is invalid'],
    ['"int" x', "expected the end and found 'x'"],
  ])('%s', (text, sentence) => {
    expect(() => parseAvro(text)).toThrow(sentence)
  })

  test.each(['["null","string"] null', '["null","string"] "a"', '{"type":"map","values":"long"} {"b":1}', '"double" "NaN"'])(
    'accepted as a default: %s',
    text => {
      const [type, value] = text.split(/ (?=\S+$)/) as [string, string]
      expect(() => parseAvro(record(field('x', type, `,"default":${value}`)))).not.toThrow()
    },
  )
})

describe('logical types', () => {
  test.each([
    ['{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}', { name: 'decimal', precision: 4, scale: 2 }],
    ['{"type":"bytes","logicalType":"decimal","precision":4}', { name: 'decimal', precision: 4, scale: 0 }],
    ['{"type":"bytes","logicalType":"decimal","precision":4,"scale":5}', undefined],
    ['{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9}', { name: 'decimal', precision: 9, scale: 0 }],
    ['{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":10}', undefined],
    ['{"type":"int","logicalType":"date"}', { name: 'date' }],
    ['{"type":"string","logicalType":"date"}', undefined],
    ['{"type":"fixed","name":"F","size":12,"logicalType":"duration"}', { name: 'duration' }],
  ])('of %s', (text, logical) => {
    expect(parseAvro(text).type).toHaveProperty('logical', logical)
  })
})

describe('what a reader can read', () => {
  const E = (symbols: string, more = '') => `{"type":"enum","name":"E","symbols":[${symbols}]${more}}`
  const F = (size: number) => `{"type":"fixed","name":"F","size":${size}}`
  const list = '{"type":"record","name":"L","fields":[{"name":"v","type":"%"},{"name":"next","type":["null","L"]}]}'

  test.each([
    ['"long"', '"int"', ''],
    ['"float"', '"long"', ''],
    ['"double"', '"float"', ''],
    ['"string"', '"bytes"', ''],
    ['"bytes"', '"string"', ''],
    ['"int"', '"long"', 'TYPE_MISMATCH / reader type: INT not compatible with writer type: LONG'],
    ['"int"', '["int"]', ''],
    ['"int"', '["int","null"]', 'TYPE_MISMATCH /1 reader type: INT not compatible with writer type: NULL'],
    ['["null","long"]', '"int"', ''],
    ['["null","long"]', '"string"', 'MISSING_UNION_BRANCH / reader union lacking writer type: STRING'],
    ['["null","int"]', '["null","int","string"]', 'MISSING_UNION_BRANCH /2 reader union lacking writer type: STRING'],
    ['{"type":"array","items":"long"}', '{"type":"array","items":"int"}', ''],
    [
      '{"type":"map","values":"int"}',
      '{"type":"map","values":"string"}',
      'TYPE_MISMATCH /values reader type: INT not compatible with writer type: STRING',
    ],
    [E('"A","B"'), E('"A"'), ''],
    [E('"A"'), E('"C","B","A"'), 'MISSING_ENUM_SYMBOLS /symbols [B, C]'],
    [E('"A"', ',"default":"A"'), E('"B"'), ''],
    [F(2), F(1), 'FIXED_SIZE_MISMATCH /size expected: 1, found: 2'],
    [record('', 'A'), record('', 'B'), 'NAME_MISMATCH /name expected: B'],
    [record('', 'x.A'), record('', 'y.A'), ''],
    ['{"type":"record","name":"A","aliases":["B"],"fields":[]}', record('', 'B'), ''],
    [record(field('a', '"int"')), record(''), 'READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a'],
    [record(field('a', '"int"', ',"default":1')), record(''), ''],
    [record(''), record(field('a', '"int"')), ''],
    [record(field('a', '"int"', ',"aliases":["b"]')), record(field('b', '"int"')), ''],
    [
      record(field('a', '"string"')),
      record(field('a', '"int"')),
      'TYPE_MISMATCH /fields/0/type reader type: STRING not compatible with writer type: INT',
    ],
    [list.replace('%', 'long'), list.replace('%', 'int'), ''],
    [
      list.replace('%', 'int'),
      list.replace('%', 'long'),
      'TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: LONG',
    ],
  ])('%s of %s: %j', (reader, writer, expected) => {
    const found = incompatibilities(parseAvro(reader).type, parseAvro(writer).type)
    expect(found.map(({ kind, path, detail }) => `${kind} ${path} ${detail}`).join('\n')).toBe(expected)
  })
})
