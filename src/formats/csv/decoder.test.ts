import { describe, expect, test } from 'vitest'
import { type DecodeSettings, decodeText } from '../../testing/decode.ts'

/** The rows of a file, or what the error says. */
function read(schema: string, text: string | Uint8Array, settings?: DecodeSettings): string {
  try {
    return decodeText('csv', schema, text, settings).rows.join(' | ').replaceAll('+I ', '')
  } catch (error) {
    return (error as Error).message
  }
}
const given = (options: Record<string, string>): DecodeSettings => ({ options })

const abc = 'a INT, b STRING, c DOUBLE'

// Asked of Flink 2.3, but for what the last block says.
test.each([
  ['1,x,1.5\n', '1 x 1.5'],
  ['1,x,1.5', '1 x 1.5'],
  ['1,x\n', 'file:1: the record has 2 fields, 3 are expected'],
  ['1,x,1.5,\n', '1 x 1.5'],
  ['1,x,1.5,9\n', 'file:1: the record has more than the 3 fields that are expected'],
  [',,\n', "file:1: column 'a': expected INT, not ''"],
  [' 1 , x , 1.5 \n', "1 ' x ' 1.5"],
  ['1,"a""b",2\n', `1 'a"b' 2.0`],
  ['1,a"b,2\n', `1 'a"b' 2.0`],
  ['1,"a"b,2\n', 'file:1: a quote is not closed, or something else than a delimiter follows it'],
  ['1,"a" ,2\n', '1 a 2.0'],
  ['1, "a",2\n', `1 ' "a"' 2.0`],
  ['1,"a\nb",2\n', "1 E'a\\nb' 2.0"],
  ['1,"a,2\n', 'file:1: a quote is not closed, or something else than a delimiter follows it'],
  ['1,x,2\r\n2,y,3', '1 x 2.0 | 2 y 3.0'],
  ['1,x,1\r2,y,2\r', '1 x 1.0 | 2 y 2.0'],
  ['\ufeff1,x,1\n', '1 x 1.0'],
  ['1.5,x,1\n', "file:1: column 'a': expected INT, not '1.5'"],
  ['1,\\N,1\n', "1 '\\N' 1.0"],
  ['', ''],
  // Flink fails on an empty line; here it is no record of several columns.
  ['1,x,1\n\n2,y,2\n\n', '1 x 1.0 | 2 y 2.0'],
])('%j', (text, expected) => {
  expect(read(abc, text)).toBe(expected)
})

test.each([
  ['a BOOLEAN', ' TRUE ', 'TRUE'],
  ['a BOOLEAN', 'yes', 'FALSE'],
  ['a TINYINT', '200', "file:1: column 'a': expected TINYINT, not '200'"],
  ['a BIGINT', '+7', '7'],
  ['a BIGINT', '1e3', "file:1: column 'a': expected BIGINT, not '1e3'"],
  ['a DATE', '2024-1-5', '2024-01-05'],
  ['a DATE', '2023-02-30', '2023-03-02'],
  ['a DATE', ' 2024-01-05 ', "file:1: column 'a': expected DATE, not ' 2024-01-05 '"],
  ['a TIME(3)', '01:02', '01:02:00.000'],
  ['a TIME(3)', '1:02:03', "file:1: column 'a': expected TIME(3), not '1:02:03'"],
  ['a TIMESTAMP(3)', ' 2024-01-05 01:02:03 ', "'2024-01-05 01:02:03.000'"],
  ['a TIMESTAMP(3)', '2024-01-05 01:02:03.123456789', "'2024-01-05 01:02:03.123'"],
  ['a TIMESTAMP(3)', '2024-01-05T01:02:03', "file:1: column 'a': expected TIMESTAMP(3), not '2024-01-05T01:02:03'"],
  ['a TIMESTAMP(3)', '2024-02-30 01:02:03', "'2024-02-29 01:02:03.000'"],
  ['a TIMESTAMP_LTZ(3)', '2024-01-05 01:02:03.123Z', "'2024-01-05 01:02:03.123Z'"],
  ['a DECIMAL(5, 2)', '1.005', '1.01'],
  ['a DECIMAL(5, 2)', '12345.6', 'NULL'],
  ['a DECIMAL(5, 2)', ' 1 ', "file:1: column 'a': expected DECIMAL(5, 2), not ' 1 '"],
  ['a DOUBLE', 'NaN', 'NaN'],
  ['a DOUBLE', '1e400', 'Infinity'],
  ['a FLOAT', '1d', '1.0'],
  ['a BYTES', 'aGVsbG8=', "x'68656c6c6f'"],
  ['a STRING', '', "''"],
  ['a STRING', '""', "''"],
  ['a STRING', '  x  ', "'  x  '"],
  ['a ARRAY<INT>', ' 1 ; 2 ', '[1, 2]'],
  ['a ARRAY<INT>', '', '[]'],
  ['a ARRAY<INT>', '1;;3', "file:1: column 'a': expected INT, not ''"],
  ['a ARRAY<STRING>', '"a;;b"', "[a, '', b]"],
  ['a ROW<x INT, y STRING>', '1;q;z', '(1, q)'],
  ['a ROW<x INT, y STRING>', '1', "file:1: column 'a': expected 2 fields of a ROW, not 1"],
  ['a ROW<x INT, y STRING>', '', 'NULL'],
])('%s ← %j', (schema, field, expected) => {
  expect(read(schema, `${field}\n`)).toBe(expected)
})

describe('options', () => {
  test.each([
    [{ 'field-delimiter': ';' }, '1;x', '1 x'],
    [{ 'field-delimiter': '\\t' }, '1\t x ', "1 ' x '"],
    [{ 'quote-character': "'" }, "1,'a,b'", "1 'a,b'"],
    [{ 'disable-quote-character': 'true' }, '1,"ab"', `1 '"ab"'`],
    [{ 'null-literal': 'N' }, '1,N', '1 NULL'],
    [{ 'null-literal': 'N' }, 'N,"N"', 'NULL NULL'],
    [{ 'null-literal': 'N' }, '1,', "1 ''"],
    [{ 'null-literal': '' }, ',', 'NULL NULL'],
    [{ 'allow-comments': 'true' }, '#c "\n  #d\n1,#x', '1 #x'],
    [{ 'escape-character': '\\' }, '1,a\\,b', "1 'a,b'"],
    [{ 'escape-character': '\\' }, '1,a\\nb', "1 E'a\\nb'"],
    [{ 'escape-character': '\\' }, '1,"a\\"b"', `1 'a"b'`],
    [{ 'escape-character': '\\' }, '1,"a""b"', `1 'a"b'`],
    [{ 'escape-character': '\\' }, '1,a\\\nb', "1 E'a\\nb'"],
    [{ 'escape-character': '\\' }, '1,\\\\', "1 '\\'"],
    [{ header: 'true' }, 'id,"the, name"\n1,x\n2,y', '1 x | 2 y'],
    [{ header: 'true' }, 'id,name,more\n1,x,2', 'file:1: the header names 3 columns, the table has 2'],
    [{ header: 'true' }, '', ''],
    [
      { 'array-element-delimiter': '||' },
      '1,x',
      "the option 'array-element-delimiter' of the format csv is one character, not '||'",
    ],
    [
      { 'field-delimiter': '§' },
      '1,x',
      "'§' as 'field-delimiter' of the format csv, a character beyond ASCII, is not supported yet",
    ],
  ])('%j: %j', (options, text, expected) => {
    expect(read('a INT, b STRING', text, given(options as Record<string, string>))).toBe(expected)
  })

  test('ignore-parse-errors: a bad field is NULL, a broken record is skipped, both are counted', () => {
    const { rows, counts, skipped } = decodeText('csv', 'a INT, b STRING', 'x,1\n2,z\n3\n4,y,z\n,\n5,"a""b"c\n6,q\n"q\n', {
      options: { 'ignore-parse-errors': 'true' },
    })
    expect(rows).toEqual(['+I NULL 1', '+I 2 z', '+I 3 NULL', "+I NULL ''", '+I 6 q'])
    expect(counts).toEqual({ skippedRecords: 3, nulledFields: 3 })
    expect(skipped).toEqual([
      'file:4: 4,y,z (the record has more than the 2 fields that are expected)',
      'file:6: 5,"a""b"c (a quote is not closed, or something else than a delimiter follows it)',
      'file:8: "q\n (a quote is not closed, or something else than a delimiter follows it)',
    ])
  })

  test('a NOT NULL column takes no NULL', () => {
    expect(read('a INT NOT NULL, b STRING', 'N,x', given({ 'null-literal': 'N' }))).toBe(
      "file:1: column 'a' is NOT NULL and the record has no value for it",
    )
  })

  test('columns that are not read are passed, whatever they hold', () => {
    const table = 'a INT, b INT, c INT'
    expect(decodeText('csv', table, '1,x,3\n4,"y,z",6\n', { read: ['c', 'a'] }).rows).toEqual(['+I 3 1', '+I 6 4'])
    expect(decodeText('csv', table, '1,x\n', { read: ['a'] }).rows).toEqual(['+I 1'])
    expect(() => decodeText('csv', table, '1,x,2,3\n', { read: ['a'] })).toThrow('more than the 3 fields')
    expect(decodeText('csv', table, '1,2,3\n4,5,6\n', { read: [] }).values).toEqual([[], []])
  })

  test('invalid UTF-8 is a broken record', () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('1,x\n2,'), 0xff, ...new TextEncoder().encode('\n3,é\n')])
    expect(read('a INT, b STRING', bytes)).toBe('file:2: the record is not valid UTF-8')
    expect(read('a INT, b STRING', bytes, given({ 'ignore-parse-errors': 'true' }))).toBe('1 x | 3 é')
  })
})
