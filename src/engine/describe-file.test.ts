import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseScript } from '../sql/parser.ts'
import { duck } from '../testing/parquet.ts'
import { describeFile } from './describe-file.ts'

const data = 'node_modules/vega-datasets/data'
const directory = mkdtempSync(join(tmpdir(), 'millrace-describe-'))

async function sqlOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name)
  writeFileSync(path, content)
  const { sql } = await describeFile(path)
  expect(() => parseScript(sql)).not.toThrow()
  return sql
}

/** Columns and options as one line each, without what all have. */
async function columnsOf(name: string, content: string | Uint8Array): Promise<string> {
  const sql = await sqlOf(name, content)
  const [columns, options] = sql.split('\n) WITH (\n') as [string, string]
  const own = options.split('\n').filter(line => /^ {2}'(csv|json)\./.test(line))
  const lines = [...columns.split('\n').slice(1), ...own].filter(line => !line.includes('--'))
  return lines.map(line => line.trim().replace(/,$/, '')).join(' | ')
}

describe('the datasets of vega', () => {
  test('Parquet: whole milliseconds in microseconds are TIMESTAMP(3)', async () => {
    const { sql } = await describeFile(`${data}/flights-3m.parquet`)
    expect(sql).toBe(
      [
        'CREATE TABLE flights_3m (',
        '  `date` TIMESTAMP(3),',
        '  delay BIGINT,',
        '  distance BIGINT,',
        '  origin STRING,',
        '  destination STRING',
        "  -- , WATERMARK FOR `date` AS `date` - INTERVAL '5' SECOND",
        ') WITH (',
        "  'connector' = 'filesystem',",
        `  'path' = '${data}/flights-3m.parquet',`,
        "  'format' = 'parquet'",
        ');',
      ].join('\n'),
    )
    expect(() => parseScript(sql)).not.toThrow()
  })

  test('CSV with a header', async () => {
    const { sql } = await describeFile(`${data}/airports.csv`)
    expect(sql).toContain(
      '(\n  iata STRING,\n  name STRING,\n  city STRING,\n  state STRING,\n  country STRING,\n  latitude DOUBLE,\n  longitude DOUBLE\n)',
    )
    expect(sql).toContain("'csv.header' = 'true'")
  })

  test('JSON in one array; dates that no format reads stay text', async () => {
    const { sql } = await describeFile(`${data}/flights-20k.json`)
    expect(sql).toContain('(\n  `date` STRING,\n  delay BIGINT,\n  distance BIGINT,\n  origin STRING,\n  destination STRING\n)')
    expect(sql).toContain("'format' = 'json'")
  })
})

describe('CSV', () => {
  test.each([
    [
      'types',
      'a,b,c,d,e,f\n1,1.5,true,2024-01-05,2024-01-05 10:00:00,x\n-2,1e3,FALSE,2024-02-29,2024-01-05 10:00:00.25,y\n',
      "a BIGINT | b DOUBLE | c BOOLEAN | d DATE | e TIMESTAMP(3) | f STRING | 'csv.header' = 'true'",
    ],
    ['no header', '1,x\n2,y\n', 'c1 BIGINT | c2 STRING'],
    ['a header above text', 'name,city\nann,rome\nbob,oslo\n', "name STRING | city STRING | 'csv.header' = 'true'"],
    ['the same text above and below', 'ann,rome\nbob,oslo\nann,bern\n', 'c1 STRING | c2 STRING'],
    ['semicolons', 'a;b\n1;1,5\n2;2,5\n', "a BIGINT | b STRING | 'csv.header' = 'true' | 'csv.field-delimiter' = ';'"],
    ['tabs', 'a\tb\n1\t2\n', "a BIGINT | b BIGINT | 'csv.header' = 'true' | 'csv.field-delimiter' = '\\t'"],
    [
      'delimiters and line ends in quotes',
      '"a, the first","b"\n"x\ny, ""z""",2\n',
      "`a, the first` STRING | b BIGINT | 'csv.header' = 'true'",
    ],
    ['empty numbers', 'a,b\n1,\n,x\n', "a BIGINT | b STRING | 'csv.header' = 'true' | 'csv.null-literal' = ''"],
    ['empty texts', 'a,b\n1,\n2,x\n', "a BIGINT | b STRING | 'csv.header' = 'true'"],
    ['postcodes', 'code,n\n01234,1\n80331,2\n', "code STRING | n BIGINT | 'csv.header' = 'true'"],
    [
      'large numbers',
      'n,m\n9223372036854775807,9223372036854775808\n1,1\n',
      "n BIGINT | m DECIMAL(38, 0) | 'csv.header' = 'true'",
    ],
    [
      'finer times, instants',
      't,z\n2024-01-05 10:00:00.123456,2024-01-05 10:00:00Z\n',
      "t TIMESTAMP(6) | z TIMESTAMP_LTZ(3) | 'csv.header' = 'true'",
    ],
    ['what no format reads', 't,u\n2024-01-05T10:00:00,2001/01/14 21:55\n', "t STRING | u STRING | 'csv.header' = 'true'"],
    ['BOM, CRLF, no line end', '\ufeffid,n\r\n1,2\r\n3,4', "id BIGINT | n BIGINT | 'csv.header' = 'true'"],
    ['reserved words', 'order,user\n1,2\n', "`order` BIGINT | `user` BIGINT | 'csv.header' = 'true'"],
  ])('%s', async (_, text, columns) => {
    expect(await columnsOf('x.csv', text)).toBe(columns)
  })

  test('the first 10,000 records tell the columns; one that is cut off at the end of the sample does not', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i},${i < 11_000 ? i : 'x'}`).join('\n')
    expect(await columnsOf('x.csv', `a,b\n${rows}`)).toBe("a BIGINT | b BIGINT | 'csv.header' = 'true'")
    const long = Array.from({ length: 9000 }, (_, i) => `${i},${'x'.repeat(1000)}`).join('\n')
    expect(await columnsOf('x.csv', `a,b\n${long}`)).toBe("a BIGINT | b STRING | 'csv.header' = 'true'")
  })

  test('an empty file', async () => {
    await expect(sqlOf('empty.csv', '')).rejects.toThrow('empty.csv: it has no records to tell the columns from')
  })
})

describe('JSON', () => {
  test.each([
    ['lines', '{"a": 1, "b": "x"}\n{"a": 2.5, "c": true}\n', 'a DOUBLE | b STRING | c BOOLEAN'],
    ['an array over several lines', '[\n  {"a": 1},\n  {"a": null, "b": 1.0}\n]\n', 'a BIGINT | b DOUBLE'],
    [
      'nested',
      '{"who": {"name": "ann", "tags": []}}\n{"who": {"tags": [1, 2.5], "at": null}}',
      'who ROW<`name` STRING, `tags` ARRAY<DOUBLE>, `at` STRING>',
    ],
    ['times', '{"t": "2024-01-05 10:00:00.5", "d": "2024-01-05", "u": "2001/01/14 21:55"}', 't TIMESTAMP(3) | d DATE | u STRING'],
    [
      'ISO times',
      '{"t": "2024-01-05T10:00:00.5", "z": "2024-01-05T10:00:00.123456Z", "s": "2024-01-05 10:00:00"}',
      "t TIMESTAMP(3) | z TIMESTAMP_LTZ(6) | s STRING | 'json.timestamp-format.standard' = 'ISO-8601'",
    ],
    [
      'kinds that differ',
      '{"a": 1, "b": {"x": 1}, "c": [1]}\n{"a": "x", "b": 2, "c": ["y"]}',
      'a STRING | b STRING | c ARRAY<STRING>',
    ],
    ['odd names', '{"a b": 1, "c`d": 2, "e\\u0066": 3}', '`a b` BIGINT | `c``d` BIGINT | ef BIGINT'],
  ])('%s', async (_, text, columns) => {
    expect(await columnsOf('x.json', text)).toBe(columns)
  })

  test('packed, without an ending that says what it is, or cut off at the end of the sample', async () => {
    expect(await columnsOf('x.json.gz', gzipSync('{"a": 1}\n'))).toBe('a BIGINT')
    expect(await columnsOf('data.txt', ' [{"a": 1}]')).toBe('a BIGINT')
    const long = `[${Array.from({ length: 9000 }, (_, i) => `{"a": ${i}, "b": "${'x'.repeat(1000)}"}`).join(',\n')}]`
    expect(await columnsOf('long.json', long)).toBe('a BIGINT | b STRING')
  })

  test.each([
    ['[1, 2]', 'a record is an object, and this is none'],
    ['{"a": 1', 'this is no JSON near'],
    ['{"a": tru}', 'this is no JSON near'],
    ['', 'it has no records to tell the columns from'],
  ])('%s: %s', async (text, message) => {
    await expect(sqlOf('bad.json', text)).rejects.toThrow(message)
  })
})

test('Parquet: exact types, NOT NULL, nested columns; TIMESTAMP(6) where digits are finer than milliseconds', async () => {
  const path = join(directory, 'all.parquet')
  const connection = await duck()
  await connection.run(`COPY (SELECT 1::TINYINT AS t, 1::UBIGINT AS ub, 1.5::DECIMAL(9, 2) AS d, 'x' AS s, [1, 2] AS l, {a: 1, b: [true]} AS r,
    MAP {'k': 1.5::FLOAT} AS m, TIMESTAMP '2020-01-01 00:00:00.000001' AS fine, TIMESTAMPTZ '2020-01-01 00:00:00.5+00' AS z, DATE '2020-01-01' AS dt,
    NULL::TIMESTAMP AS never) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  const { sql } = await describeFile(path)
  expect(
    sql
      .split('\n')
      .slice(1, -5)
      .map(line => line.trim().replace(/,$/, '')),
  ).toEqual([
    't TINYINT',
    'ub DECIMAL(20, 0)',
    'd DECIMAL(9, 2)',
    's STRING',
    'l ARRAY<INT>',
    'r ROW<`a` INT, `b` ARRAY<BOOLEAN>>',
    'm MAP<STRING NOT NULL, FLOAT>',
    'fine TIMESTAMP(6)',
    'z TIMESTAMP_LTZ(3)',
    'dt DATE',
    'never TIMESTAMP(6)',
    "-- , WATERMARK FOR z AS z - INTERVAL '5' SECOND",
  ])
})

test('what is not there', async () => {
  await expect(describeFile('no/such.parquet')).rejects.toThrow('there is no such file or directory')
  await expect(sqlOf('bad.parquet', 'not parquet at all')).rejects.toThrow('bad.parquet: it is no Parquet file')
})
