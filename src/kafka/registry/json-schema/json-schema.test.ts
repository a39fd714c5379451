import { describe, expect, test } from 'vitest'
import { parseJson } from '../json/json.ts'
import { compareJsonSchemas } from './compare.ts'
import { type Policy, breaks, describe as describeDifference } from './difference.ts'
import { loadJsonSchema } from './load.ts'
import { matching } from './matching.ts'
import { isPattern, matches } from './pattern.ts'

const load = (text: string) => loadJsonSchema(parseJson(text))
const differences = (original: string, update: string, policy: Policy = 'STRICT') =>
  compareJsonSchemas(load(original), load(update), policy)
/** What breaks readers, `KIND path`. */
const breaking = (original: string, update: string, policy: Policy = 'STRICT') =>
  differences(original, update, policy)
    .filter(each => breaks(each, policy))
    .map(({ kind, path }) => `${kind} ${path}`)
const modern = (members: string) => `{"$schema":"https://json-schema.org/draft/2020-12/schema",${members}}`

/** An object with the properties, in a content model. */
const open = (properties: string, more = '') => `{"type":"object","properties":{${properties}}${more}}`
const closed = (properties: string, more = '') => open(properties, `,"additionalProperties":false${more}`)
const partly = (properties: string, more = '') => open(properties, `,"additionalProperties":{"type":"string"}${more}`)

describe('a keyword at a time', () => {
  test.each([
    // strings
    ['{"type":"string"}', '{"type":"string","maxLength":3}', 'MAX_LENGTH_ADDED #/maxLength'],
    ['{"type":"string","maxLength":3}', '{"type":"string"}', ''],
    ['{"type":"string","maxLength":3}', '{"type":"string","maxLength":4}', ''],
    ['{"type":"string","maxLength":4}', '{"type":"string","maxLength":3}', 'MAX_LENGTH_DECREASED #/maxLength'],
    ['{"type":"string","minLength":1}', '{"type":"string","minLength":2}', 'MIN_LENGTH_INCREASED #/minLength'],
    ['{"type":"string","pattern":"a"}', '{"type":"string","pattern":"b"}', 'PATTERN_CHANGED #/pattern'],
    ['{"type":"string"}', '{"type":"string","pattern":"b"}', 'PATTERN_ADDED #/pattern'],
    ['{"type":"string","format":"date"}', '{"type":"string","format":"time"}', ''],
    // numbers
    ['{"type":"integer"}', '{"type":"number"}', ''],
    ['{"type":"number"}', '{"type":"integer"}', 'TYPE_NARROWED #/'],
    ['{"type":"number","maximum":10}', '{"type":"number","maximum":9.5}', 'MAXIMUM_DECREASED #/maximum'],
    ['{"type":"number","maximum":10}', '{"type":"number","maximum":10.0}', ''],
    [
      '{"type":"number","exclusiveMaximum":10}',
      '{"type":"number","exclusiveMaximum":5}',
      'EXCLUSIVE_MAXIMUM_DECREASED #/exclusiveMaximum',
    ],
    ['{"type":"number","multipleOf":0.1}', '{"type":"number","multipleOf":0.3}', 'MULTIPLE_OF_EXPANDED #/multipleOf'],
    ['{"type":"number","multipleOf":0.3}', '{"type":"number","multipleOf":0.1}', ''],
    ['{"type":"number","multipleOf":2}', '{"type":"number","multipleOf":3}', 'MULTIPLE_OF_CHANGED #/multipleOf'],
    ['{"type":"number","multipleOf":0.5}', '{"type":"number","multipleOf":0.50}', ''],
    // values
    ['{"enum":["a","b"]}', '{"enum":["b","a","c"]}', ''],
    ['{"enum":["a","b"]}', '{"enum":["a"]}', 'ENUM_ARRAY_NARROWED #/enum'],
    ['{"enum":["a"]}', '{"enum":["b"]}', 'ENUM_ARRAY_CHANGED #/enum'],
    ['{"const":1}', '{"const":2}', 'ENUM_ARRAY_CHANGED #/const'],
    ['{"not":{"type":"string"}}', '{"not":{"type":"string","maxLength":3}}', ''],
    ['{"not":{"type":"string","maxLength":3}}', '{"not":{"type":"string"}}', 'NOT_TYPE_EXTENDED #/not'],
    // types
    ['{"type":"string"}', '{"type":"number"}', 'TYPE_CHANGED #/'],
    ['{"type":"string"}', '{}', ''],
    ['{"type":"string"}', 'true', ''],
    ['{"type":"string"}', 'false', 'TYPE_CHANGED #/'],
    ['false', '{"type":"string"}', ''],
    ['{"type":"string"}', '{"type":["string","null"]}', ''],
    ['{"type":["string","null"]}', '{"type":"string"}', 'TYPE_CHANGED #/'],
    ['{"type":"string","title":"a","description":"b","default":"c"}', '{"type":"string"}', ''],
    ['{"type":"number","connect.type":"bytes"}', '{"type":"string","connect.type":"bytes"}', ''],
  ])('%s → %s %j', (original, update, expected) => {
    expect(breaking(original, update).join('; ')).toBe(expected)
  })
})

describe('properties and the content model', () => {
  const a = '"a":{"type":"integer"}'
  const s = '"a":{"type":"string"}'

  test.each([
    [open(''), open(a), 'OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a', ''],
    [open(''), open(a, ',"required":["a"]'), 'REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a', 'as strict'],
    [
      open(''),
      open('"a":{"type":"integer","default":1}', ',"required":["a"]'),
      'REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a',
      '',
    ],
    [open(''), open('"a":{}'), '', ''],
    [open(a), open(''), '', ''],
    [closed(''), closed(a), '', ''],
    [closed(''), closed(a, ',"required":["a"]'), 'REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a', 'as strict'],
    [closed(''), closed('"a":{"type":"integer","default":1}', ',"required":["a"]'), '', ''],
    [closed(a), closed(''), 'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a', ''],
    [closed('"a":false'), closed(''), '', ''],
    [partly(''), partly(s), '', ''],
    [
      partly(''),
      partly(a),
      'TYPE_CHANGED #/properties/a; PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/a',
      'TYPE_CHANGED #/properties/a',
    ],
    [partly(s), partly(''), '', ''],
    [open('', ',"patternProperties":{"^a":{"type":"string"}}'), open(s, ',"patternProperties":{"^a":{"type":"string"}}'), '', ''],
    [open(a), closed(a), 'ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties', ''],
    [closed(a), open(a), '', ''],
    [open(a), partly(a), 'ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties', ''],
    [partly(a), open(a), '', ''],
    [open(a), open(a, ',"required":["a"]'), 'REQUIRED_ATTRIBUTE_ADDED #/required/a', 'as strict'],
    [open(a, ',"required":["a"]'), open(a), '', ''],
    [open(a), open(a, ',"maxProperties":2'), 'MAX_PROPERTIES_ADDED #/maxProperties', 'as strict'],
    [open(a), open(a, ',"dependencies":{"a":["b"]}'), 'DEPENDENCY_ARRAY_ADDED #/dependencies/a', 'as strict'],
    [open(a, ',"dependencies":{"a":["b","c"]}'), open(a, ',"dependencies":{"a":["b"]}'), '', ''],
    [
      open('"o":{"type":"object","properties":{"p":{"type":"string"}}}'),
      open('"o":{"type":"object","properties":{"p":{"type":"string","maxLength":1}}}'),
      'MAX_LENGTH_ADDED #/properties/o/properties/p/maxLength',
      'as strict',
    ],
  ])('%s → %s', (original, update, strict, lenient) => {
    expect(breaking(original, update).join('; ')).toBe(strict)
    expect(breaking(original, update, 'LENIENT').join('; ')).toBe(lenient === 'as strict' ? strict : lenient)
  })
})

describe('elements', () => {
  const tuple = (items: string, more = '') => `{"type":"array","items":[${items}]${more}}`

  test.each([
    ['{"type":"array","items":{"type":"integer"}}', '{"type":"array","items":{"type":"number"}}', ''],
    ['{"type":"array","items":{"type":"number"}}', '{"type":"array","items":{"type":"string"}}', 'TYPE_CHANGED #/items'],
    ['{"type":"array"}', '{"type":"array","maxItems":1}', 'MAX_ITEMS_ADDED #/maxItems'],
    ['{"type":"array"}', '{"type":"array","uniqueItems":true}', 'UNIQUE_ITEMS_ADDED #/uniqueItems'],
    [tuple('{"type":"string"}'), tuple('{"type":"string"},{"type":"null"}'), 'ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1'],
    [
      tuple('{"type":"string"}', ',"additionalItems":false'),
      tuple('{"type":"string"},{"type":"null"}', ',"additionalItems":false'),
      '',
    ],
    [tuple('{"type":"string"},{"type":"null"}'), tuple('{"type":"string"}'), ''],
    [
      tuple('{"type":"string"},{"type":"null"}', ',"additionalItems":false'),
      tuple('{"type":"string"}', ',"additionalItems":false'),
      'ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1',
    ],
    [tuple(''), tuple('', ',"additionalItems":false'), 'ADDITIONAL_ITEMS_REMOVED #/additionalItems'],
    [modern('"prefixItems":[{"type":"string"}]'), modern('"prefixItems":[{"type":"number"}]'), 'TYPE_CHANGED #/items/0'],
    [
      modern('"type":"array","contains":{}'),
      modern('"type":"array","contains":{},"maxContains":2'),
      'MAX_CONTAINS_ADDED #/maxContains',
    ],
  ])('%s → %s %j', (original, update, expected) => {
    expect(breaking(original, update).join('; ')).toBe(expected)
  })
})

describe('several schemas at once', () => {
  const [s, n, i] = ['{"type":"string"}', '{"type":"number"}', '{"type":"integer"}']

  test.each([
    [s, `{"oneOf":[${n},${s}]}`, ''],
    [s, `{"oneOf":[${n}]}`, 'TYPE_CHANGED #/'],
    [s, `{"allOf":[${s}]}`, ''],
    [`{"allOf":[${s},{"maxLength":3}]}`, s, ''],
    [`{"oneOf":[${s},${n}]}`, `{"oneOf":[${n},${s},{"type":"null"}]}`, ''],
    [`{"oneOf":[${s},${n}]}`, `{"oneOf":[${n}]}`, 'SUM_TYPE_NARROWED #/'],
    [`{"oneOf":[${s},${i}]}`, `{"oneOf":[${n},${s}]}`, ''],
    [`{"anyOf":[${s},${n}]}`, `{"anyOf":[${s},{"type":"null"}]}`, 'COMBINED_TYPE_SUBSCHEMAS_CHANGED #/'],
    [`{"allOf":[${s}]}`, `{"allOf":[${s},{"maxLength":3}]}`, 'PRODUCT_TYPE_EXTENDED #/'],
    [`{"oneOf":[${s},${n}]}`, `{"anyOf":[${s},${n}]}`, ''],
    [`{"anyOf":[${s},${n}]}`, `{"allOf":[${s},${n}]}`, 'COMBINED_TYPE_CHANGED #/'],
    ['{"type":"string","enum":["a"]}', '{"type":"string","enum":["a","b"]}', ''],
    ['{"type":"string","enum":["a","b"]}', '{"type":"string","enum":["a"]}', 'COMBINED_TYPE_SUBSCHEMAS_CHANGED #/'],
    [
      modern('"type":["string","null"],"maxLength":3'),
      modern('"type":["string","null"],"maxLength":2'),
      'COMBINED_TYPE_SUBSCHEMAS_CHANGED #/',
    ],
    [modern('"type":["string","null"],"maxLength":3'), modern('"type":["string","null"]'), ''],
  ])('%s → %s %j', (original, update, expected) => {
    expect(breaking(original, update).join('; ')).toBe(expected)
  })

  test('as many pairs as there can be', () => {
    const fits = ['ab', 'a', 'bc'].map(row => (right: number) => row.includes('abc'[right]!))
    expect(matching(3, 3, (l, r) => fits[l]!(r)).toSorted()).toEqual([
      [0, 1],
      [1, 0],
      [2, 2],
    ])
  })
})

describe('references', () => {
  const recursive = (type: string) =>
    `{"$ref":"#/definitions/n","definitions":{"n":{"type":"object","properties":{"next":{"$ref":"#/definitions/n"},"v":{"type":"${type}"}}}}}`

  test('a recursive schema is compared until it comes round', () => {
    expect(breaking(recursive('integer'), recursive('number'))).toEqual([])
    expect(breaking(recursive('number'), recursive('integer'))).toEqual([
      'TYPE_NARROWED #/properties/next/properties/v',
      'TYPE_NARROWED #/properties/v',
    ])
  })

  test('what is wrong inside a cycle is seen from every way in', () => {
    const any = (v: string) =>
      `{"definitions":{"n":{"oneOf":[{"type":"null"},{"type":"array","items":{"$ref":"#/definitions/n"},"maxItems":${v}}]}},"properties":{"a":{"$ref":"#/definitions/n"}}}`
    expect(breaking(any('3'), any('2'))).toEqual(['COMBINED_TYPE_SUBSCHEMAS_CHANGED #/properties/a'])
  })

  test.each([
    ['by anchor', '{"properties":{"a":{"$ref":"#foo"},"b":{"$id":"#foo","type":"string"}}}'],
    ['by id', '{"$id":"http://x.test/a.json","properties":{"a":{"$ref":"b.json"},"b":{"$id":"b.json","type":"string"}}}'],
    ['by $anchor', modern('"$ref":"#a","$defs":{"x":{"$anchor":"a","type":"string"}}')],
    ['definitions found as $defs', '{"$ref":"#/$defs/a","definitions":{"a":{"type":"string"}}}'],
    ["a draft's own schema", '{"$ref":"http://json-schema.org/draft-07/schema#"}'],
    ['to itself', '{"$ref":"#"}'],
  ])('%s', (_, text) => {
    expect(differences(text, text)).toEqual([])
  })

  test('to a document that came along', () => {
    const root = parseJson('{"properties":{"a":{"$ref":"money.json#/definitions/amount"}}}')
    const of = (type: string) =>
      loadJsonSchema(root, new Map([['money.json', parseJson(`{"definitions":{"amount":{"type":"${type}"}}}`)]]))
    expect(compareJsonSchemas(of('integer'), of('string'))).toEqual([{ kind: 'TYPE_CHANGED', path: '#/properties/a' }])
  })
})

describe('refused', () => {
  test.each([
    ['3', '#: expected an object or boolean at the root'],
    ['{"type":"string","minLength":"a"}', '#/minLength: expected an integer, found "a"'],
    ['{"type":"foo"}', '#: unknown type: [foo]'],
    ['{"properties":{"a":{"required":"a"}}}', '#/properties/a/required: expected an array, found "a"'],
    ['{"properties":{"a":3}}', '#/properties/a: expected a schema, found 3'],
    ['{"type":"string","pattern":"("}', '#/pattern: expected a regular expression'],
    ['{"multipleOf":0}', '#/multipleOf: expected a number above 0, found 0'],
    ['{"$ref":"#/definitions/x"}', "#: could not resolve $ref '#/definitions/x'"],
    ['{"$ref":"http://x.test/x.json"}', 'schemas are not fetched'],
    [
      '{"$schema":"http://json-schema.org/draft-04/schema#","exclusiveMaximum":3}',
      '#/exclusiveMaximum: expected a boolean, found 3',
    ],
    ['{"exclusiveMaximum":true}', '#/exclusiveMaximum: expected a number, found true'],
    [modern('"items":[{}]'), '#/items: expected a schema, found an array'],
    [modern('"$defs":{"a":3}'), '#/$defs/a: expected a schema, found 3'],
  ])('%s', (text, sentence) => {
    expect(() => load(text)).toThrow(sentence)
  })
})

test('a sentence names both schemas', () => {
  expect(describeDifference({ kind: 'MAX_LENGTH_ADDED', path: '#/maxLength' }, 'new', 'old')).toBe(
    `{errorType:"MAX_LENGTH_ADDED", description:"The keyword at path '#/maxLength' in the new schema is not present in the old schema'}`,
  )
})

test('an expression that backtracks without end ends', () => {
  expect(matches('^(a+)+$', `${'a'.repeat(40)}!`)).toBe(false)
  expect(matches('^a', 'ab')).toBe(true)
  expect(isPattern('(?i)a')).toBe(true)
})
