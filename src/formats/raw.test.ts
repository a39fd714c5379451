import { expect, test } from 'vitest'
import { type DecodeSettings, decodeText } from '../testing/decode.ts'

const read = (schema: string, bytes: string | readonly number[], settings?: DecodeSettings) =>
  decodeText('raw', schema, typeof bytes === 'string' ? bytes : Uint8Array.from(bytes), settings).rows

test('a line is a value, an empty one too', () => {
  expect(read('a STRING', 'x\n\ny z\r\nq')).toEqual(['+I x', "+I ''", "+I 'y z'", '+I q'])
  expect(read('a BYTES', [1, 255, 10])).toEqual(["+I x'01ff'"])
})

// Asked of Flink 2.3.
test.each([
  ['a INT', 'abcd', {}, '+I 1633837924'],
  ['a INT', 'abcd', { endianness: 'little-endian' }, '+I 1684234849'],
  ['a SMALLINT', [255, 254], {}, '+I -2'],
  ['a TINYINT', [128], {}, '+I -128'],
  ['a BOOLEAN', [2], {}, '+I TRUE'],
  ['a BIGINT', [128, 0, 0, 0, 0, 0, 0, 1], {}, '+I -9223372036854775807'],
  ['a DOUBLE', [63, 248, 0, 0, 0, 0, 0, 0], {}, '+I 1.5'],
  ['a FLOAT', [0, 0, 192, 63], { endianness: 'little-endian' }, '+I 1.5'],
  ['a STRING', [233, 98], { charset: 'ISO-8859-1' }, '+I éb'],
])('%s ← %j %j', (schema, bytes, options, expected) => {
  expect(read(schema, bytes, { options: options as Record<string, string> })).toEqual([expected])
})

test.each([
  ['a INT', 'abc', {}, 'file:1: INT takes 4 bytes, not 3'],
  ['a STRING, b STRING', 'x', {}, 'the format raw has one column, not 2'],
  ['a DECIMAL(3, 2)', 'abc', {}, 'the type DECIMAL(3, 2) in the format raw is not supported yet'],
  ['a STRING', 'x', { charset: 'klingon' }, "the option 'charset' of the format raw is a character set, not 'klingon'"],
])('%s ← %j fails', (schema, bytes, options, message) => {
  expect(() => read(schema, bytes, { options: options as Record<string, string> })).toThrow(message)
})

test('a query that reads no column still counts the rows', () => {
  expect(decodeText('raw', 'a STRING', 'x\ny\n', { read: [] }).values).toEqual([[], []])
})
