/** DuckDB writes files of every kind and reads them a second time; what we read is the same. */
import type { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSchema } from '../../data/notation.ts'
import {
  bulkFile,
  bytesFile,
  countRows,
  duck,
  openParquet,
  readByDuck,
  readParquet,
  temporaryFile,
} from '../../testing/parquet.ts'

let connection: DuckDBConnection
beforeAll(async () => void (connection = await duck()))
afterAll(() => connection.closeSync())

/** Every type, a third of the values NULL in a pattern of each column's own; few and many distinct values. */
const everything = parseSchema(`
  id BIGINT, flag BOOLEAN, t TINYINT, s SMALLINT, i INT, b BIGINT, ut SMALLINT, us INT, ui BIGINT, ub DECIMAL(20, 0),
  f FLOAT, d DOUBLE, d4 DECIMAL(4, 2), d9 DECIMAL(9, 3), d18 DECIMAL(18, 6), d38 DECIMAL(38, 10),
  few STRING, many STRING, blob BYTES, day DATE, tm TIME(3), ts TIMESTAMP(6), ms TIMESTAMP(3), ns TIMESTAMP(9), tz TIMESTAMP_LTZ(6)`)
const few = "['ann', 'bob', '', 'a longer text of some forty characters, or so', 'ünï©ode 🎈'][1 + i % 5]"
const selectEverything = `
  SELECT i AS id, ${[
    ['i % 7 < 3', 'flag'],
    ['(i % 256 - 128)::TINYINT', 't'],
    ['(i * 37 % 65536 - 32768)::SMALLINT', 's'],
    ['((hash(i) % 4294967296)::BIGINT - 2147483648)::INTEGER', 'i'],
    ['(hash(i)::HUGEINT - 9223372036854775808)::BIGINT', 'b'],
    ['(i % 256)::UTINYINT', 'ut'],
    ['(i * 37 % 65536)::USMALLINT', 'us'],
    ['(hash(i) % 4294967296)::UINTEGER', 'ui'],
    ['hash(i)::UBIGINT', 'ub'],
    ['(i * 0.37 - 500)::FLOAT', 'f'],
    ["CASE i % 50 WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN '-Infinity'::DOUBLE ELSE ln(i + 1) - 3 END", 'd'],
    ['(i % 2000 / 100.0 - 10)::DECIMAL(4, 2)', 'd4'],
    ['(i * 1.013 - 2000)::DECIMAL(9, 3)', 'd9'],
    ['(i * 123456789.012345 - 300000000000)::DECIMAL(18, 6)', 'd18'],
    ['((hash(i)::HUGEINT - 9223372036854775808) * 100000007)::VARCHAR::DECIMAL(38, 10)', 'd38'],
    [few, 'few'],
    ["'text number ' || i || repeat('.', (i % 40)::INTEGER)", 'many'],
    ["encode('blob ' || (i % 900))", 'blob'],
    ["DATE '0001-01-01' + (i * 700 % 3652058)::INTEGER", 'day'],
    ["TIME '00:00:00' + to_milliseconds(i * 17203 % 86400000)", 'tm'],
    ["TIMESTAMP '1950-01-01 00:00:00' + to_microseconds(i * 1234567890123)", 'ts'],
    ["(TIMESTAMP '1950-01-01 00:00:00' + to_microseconds(i * 1234567891000))::TIMESTAMP_MS", 'ms'],
    ['make_timestamp_ns(i * 987654321987 - 1000000000000000)', 'ns'],
    ["(TIMESTAMP '1990-01-01 00:00:00' + to_microseconds(i * 1234567))::TIMESTAMPTZ", 'tz'],
  ]
    .map(([sql, name], n) => `CASE WHEN (i + ${n}) % 3 = 0 AND i > 2200 THEN NULL ELSE ${sql} END AS ${name}`)
    .join(',\n  ')}
  FROM range(4500) r(i)`

async function write(sql: string, options: string): Promise<string> {
  const path = temporaryFile('test.parquet')
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, ${options})`)
  return path
}

const same = async (path: string, schema = everything): Promise<void> => {
  const expected = await readByDuck(connection, `SELECT ${schema.map(f => `"${f.name}"`).join(', ')} FROM '${path}'`, schema)
  expect(await readParquet(bulkFile(path), schema)).toEqual(expected)
}

describe('every type', () => {
  test.each([
    ['uncompressed', 'V1'],
    ['snappy', 'V2'],
    ['gzip', 'V1'],
    ['zstd', 'V2'],
    ['brotli', 'V1'],
    ['lz4_raw', 'V2'],
  ])('packed by %s, version %s', async (codec, version) => {
    await same(await write(selectEverything, `COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`))
  })

  test('encodings of version 2 are among what was read', async () => {
    const path = await write(selectEverything, 'PARQUET_VERSION V2')
    const result = await connection.runAndReadAll(`SELECT DISTINCT encodings FROM parquet_metadata('${path}')`)
    const encodings = result.getRows().join(' ')
    for (const one of ['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', 'BYTE_STREAM_SPLIT', 'RLE_DICTIONARY', 'PLAIN'])
      expect(encodings).toContain(one)
  })

  test('dictionaries that fill up, and none at all', async () => {
    await same(await write(selectEverything, 'DICTIONARY_SIZE_LIMIT 1'))
    await same(await write(selectEverything, 'DICTIONARY_SIZE_LIMIT 1000000'))
  })

  test('text of a dictionary stays one', async () => {
    const path = await write(`SELECT ${few} AS few FROM range(5000) r(i)`, 'COMPRESSION zstd')
    const reader = await openParquet(bulkFile(path), parseSchema('few STRING'))
    const chunk = await reader.next()
    const column = chunk === 'end' ? undefined : chunk.columns[0]
    expect(column?.storage === 'bytes' && column.dictionary?.size).toBe(5)
    if (column?.storage !== 'bytes') return
    for (let row = 0; row < 100; row++) expect(column.starts[row]).toBe(column.dictionary!.starts[column.codes![row]!])
  })
})

describe('nested', () => {
  const schema = parseSchema(`
    tags ARRAY<STRING>, deep ARRAY<ARRAY<INT>>, person ROW<name STRING, born DATE, langs ARRAY<STRING>>, m MAP<STRING, BIGINT>,
    people ARRAY<ROW<name STRING, \`time\` TIMESTAMP(3)>>`)
  const sql = `SELECT i AS id,
    CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN ['a', NULL, 'c' || i] ELSE ['x'] END AS tags,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [[], NULL, [1, NULL, 3]] ELSE [[i], [i, i + 1]] END::INTEGER[][] AS deep,
    CASE WHEN i % 7 = 0 THEN NULL ELSE {name: 'n' || i, born: DATE '2000-01-01' + i::INTEGER, langs: CASE WHEN i % 3 = 0 THEN NULL ELSE ['de', 'en'] END} END AS person,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN MAP {} ELSE MAP {'k': i, 'l' || i: NULL} END AS m,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [{name: NULL::VARCHAR, time: TIMESTAMP_MS '2020-01-01 00:00:00'}, NULL] END AS people
    FROM range(5000) r(i)`

  test.each(['V1', 'V2'])('lists, structs, maps, and all of them inside one another, %s', async version => {
    await same(await write(sql, `PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048`), schema)
  })

  test('fields by name: some, in another order, one that is not there, none that is', async () => {
    const file = bulkFile(await write(sql, 'COMPRESSION zstd'))
    const rows = await readParquet(file, 'person ROW<born DATE, nothing INT, name STRING>, people ARRAY<ROW<nothing INT>>')
    expect(rows.slice(0, 3)).toEqual(['NULL NULL', '(2000-01-02, NULL, n1) []', '(2000-01-03, NULL, n2) [(NULL), NULL]'])
  })

  test('from any row', async () => {
    const file = bulkFile(await write(sql, 'ROW_GROUP_SIZE 2048'))
    const all = await readParquet(file, schema)
    for (const from of [1, 2047, 2049, 4999]) expect(await readParquet(file, schema, { fromRow: from })).toEqual(all.slice(from))
  })
})

test('goes on exactly from any row', async () => {
  const files = [
    bulkFile(await write(selectEverything, 'PARQUET_VERSION V1, COMPRESSION snappy, ROW_GROUP_SIZE 2048')),
    bulkFile(await write(selectEverything, 'PARQUET_VERSION V2, COMPRESSION zstd')),
  ]
  const schema = everything.filter(({ name }) => ['id', 'flag', 'b', 'd38', 'few', 'many', 'ns'].includes(name))
  const wholes = await Promise.all(files.map(file => readParquet(file, schema)))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4500 }), fc.constantFrom(0, 1), async (fromRow, n) => {
      expect(await readParquet(files[n]!, schema, { fromRow })).toEqual(wholes[n]!.slice(fromRow))
    }),
    { numRuns: 12 },
  )
})

describe('columns', () => {
  const sql =
    "SELECT i, i::INTEGER AS small, 'x' || i AS t, (i % 1000 / 8)::DECIMAL(6, 3) AS price, i::FLOAT AS f FROM range(100000) r(i)"

  test('only those asked for are read', async () => {
    const path = await write(sql, 'COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE 20480')
    const reads: { offset: number; length: number }[] = []
    expect(await readParquet(bulkFile(path, reads), 'f FLOAT')).toHaveLength(100000)
    expect(reads.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(64 * 1024 + 100000 * 4 + 1000)
    expect(await readParquet(bulkFile(path), '')).toHaveLength(100000)
  })

  test('wider types, other orders, columns that the file does not have', async () => {
    const file = bulkFile(await write(sql, 'COMPRESSION snappy'))
    const rows = await readParquet(file, 'nothing ARRAY<INT>, price DECIMAL(38, 5), f DOUBLE, small BIGINT, more STRING, t BYTES')
    expect(rows[9]).toBe("NULL 1.12500 9.0 9 NULL x'7839'")
  })

  test('a column of any type that the file does not have is NULL', async () => {
    const file = bulkFile(await write('SELECT 1 AS one FROM range(3000)', 'COMPRESSION snappy'))
    const rows = await readParquet(file, [...parseSchema('one INT'), ...everything, ...parseSchema('r ROW<a INT>')])
    expect(new Set(rows)).toEqual(new Set([`1${' NULL'.repeat(everything.length + 1)}`]))
  })

  test.each([
    ['i INT', "test.parquet: column 'i' is BIGINT in the file, the table says INT"],
    ['t INT', "test.parquet: column 't' is STRING in the file, the table says INT"],
    ['price DECIMAL(6, 4)', "test.parquet: column 'price' is DECIMAL(6, 3) in the file, the table says DECIMAL(6, 4)"],
    ['i ARRAY<BIGINT>', "test.parquet: column 'i' is BIGINT in the file, the table says ARRAY<BIGINT>"],
    ['nothing INT NOT NULL', "test.parquet: the file has no 'nothing', which is NOT NULL in the table"],
  ])('%s: %s', async (schema, message) => {
    await expect(readParquet(bulkFile(await write(sql, 'COMPRESSION snappy')), schema)).rejects.toThrow(message)
  })

  test('a NULL where the table has none; an unsigned value beyond BIGINT', async () => {
    const file = bulkFile(
      await write(
        'SELECT CASE WHEN i = 3000 THEN NULL ELSE i END AS i, (18446744073709551615 - i)::UBIGINT AS u FROM range(5000) r(i)',
        'COMPRESSION snappy',
      ),
    )
    await expect(readParquet(file, 'i BIGINT NOT NULL')).rejects.toThrow(
      "test.parquet, row group 0, column 'i', row 3000: there is a NULL, but column 'i' of the table is NOT NULL",
    )
    await expect(readParquet(file, 'u BIGINT')).rejects.toThrow('does not fit into BIGINT')
  })
})

describe('timestamps', () => {
  const at = "TIMESTAMP '1969-12-31 23:59:59.123456'"
  test('are cut to the declared precision, towards the past', async () => {
    const file = bulkFile(await write(`SELECT ${at} AS ts, ${at}::TIMESTAMPTZ AS tz`, 'COMPRESSION snappy'))
    const columns = [0, 2, 3, 5, 9].map(p => `ts TIMESTAMP(${p})`)
    const rows = await Promise.all(columns.map(column => readParquet(file, column)))
    expect(rows.flat()).toEqual(['', '.12', '.123', '.12345', '.123456000'].map(f => `'1969-12-31 23:59:59${f}'`))
    expect(await readParquet(file, 'ts TIMESTAMP_LTZ(3)')).toEqual(["'1969-12-31 23:59:59.123Z'"])
    expect(await readParquet(file, 'tz TIMESTAMP_LTZ(3)')).toEqual(["'1969-12-31 23:59:59.123Z'"])
  })

  test('instants are local times of UTC, or by option of the session', async () => {
    const file = bulkFile(await write(`SELECT ${at} AS ts, ${at}::TIMESTAMPTZ AS tz`, 'COMPRESSION snappy'))
    const zone = 'Europe/Berlin'
    expect(await readParquet(file, 'ts TIMESTAMP(3), tz TIMESTAMP(3)', { zone })).toEqual([
      "'1969-12-31 23:59:59.123' '1969-12-31 23:59:59.123'",
    ])
    expect(await readParquet(file, 'ts TIMESTAMP(3), tz TIMESTAMP(3)', { zone, options: { 'utc-timezone': 'false' } })).toEqual([
      "'1969-12-31 23:59:59.123' '1970-01-01 00:59:59.123'",
    ])
  })
})

const whole = async (): Promise<Uint8Array> =>
  readFileSync(await write('SELECT i, hash(i) AS h FROM range(20000) r(i)', 'COMPRESSION zstd, ROW_GROUP_SIZE 10240'))
const read = (bytes: Uint8Array): Promise<string[]> => readParquet(bytesFile('x.parquet', bytes), 'i BIGINT, h DECIMAL(20, 0)')

describe('files that are not what they should be', () => {
  test('no Parquet file, and one that is cut off', async () => {
    await expect(read(new TextEncoder().encode('id,name\n1,ann\n'))).rejects.toThrow(
      "x.parquet: it is no Parquet file: it does not end with 'PAR1'",
    )
    await expect(read(new Uint8Array(0))).rejects.toThrow('x.parquet: it is no Parquet file: it has 0 bytes')
    await expect(read((await whole()).subarray(0, 5000))).rejects.toThrow(
      'x.parquet: it starts as a Parquet file, but its end is missing',
    )
  })

  test('a file that shrinks while it is read', async () => {
    const bytes = await whole()
    const file = {
      ...bytesFile('x.parquet', bytes),
      read: (at: number, n: number) => Promise.resolve(bytes.slice(at, at > 10000 ? at + n : Math.min(at + n, 3000))),
    }
    await expect(readParquet(file, 'i BIGINT, h DECIMAL(20, 0)')).rejects.toThrow(
      /x\.parquet, row group 0, column '.': the file ended at byte 3000 while it was read/,
    )
  })

  test('a damaged page names row group and column', async () => {
    const bytes = await whole()
    // The first frame of zstd, at its magic number.
    bytes.fill(0xff, Buffer.from(bytes).indexOf('28b52ffd', 0, 'hex'), 100)
    await expect(read(bytes)).rejects.toThrow("x.parquet, row group 0, column 'i': a page is damaged")
  })

  test('bytes flipped anywhere: rows or an error of ours, never anything else', async () => {
    const files = await Promise.all([
      whole(),
      readFileSync(await write(selectEverything, 'COMPRESSION uncompressed, PARQUET_VERSION V2')),
      readFileSync(await write(selectEverything, 'COMPRESSION snappy')),
    ])
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (n, where, flip) => {
          const bytes = files[n]!.slice()
          bytes[Math.floor(where * (bytes.length - 1))]! ^= flip
          const schema = n === 0 ? parseSchema('i BIGINT, h DECIMAL(20, 0)') : everything
          const outcome = await countRows(bytesFile('x.parquet', bytes), schema).catch((error: { code?: string }) => error)
          if (typeof outcome !== 'number') expect(outcome.code).toMatch(/^(PARQUET_|FILE_TRUNCATED|NOT_SUPPORTED)/)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('an empty file and empty row groups', async () => {
    expect(await readParquet(bulkFile(await write('SELECT 1 AS i WHERE false', 'COMPRESSION snappy')), 'i INT')).toEqual([])
  })
})

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0))

test('the flights', async () => {
  const path = 'node_modules/vega-datasets/data/flights-3m.parquet'
  const schema = parseSchema('`date` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING, destination STRING')
  const reader = await openParquet(bulkFile(path), schema)
  const found = { rows: 0, delays: 0, distances: 0, first: Infinity, last: -Infinity, lax: 0 }
  for (let chunk = await reader.next(); chunk !== 'end'; chunk = await reader.next()) {
    const [date, delay, distance, origin] = chunk.columns
    found.rows += chunk.length
    for (let row = 0; row < chunk.length; row++) {
      if (date?.storage === 'i64') {
        const ms = Number(date.values[row])
        found.first = Math.min(found.first, ms)
        found.last = Math.max(found.last, ms)
      }
      if (delay?.storage === 'i64' && delay.valid?.[row] !== 0) found.delays += Number(delay.values[row])
      if (distance?.storage === 'i64') found.distances += Number(distance.values[row])
      if (origin?.storage === 'bytes' && startsWith(origin.bytes, origin.starts[row]!, 'LAX')) found.lax += 1
    }
    chunk.release()
  }
  const [expected] = (
    await connection.runAndReadAll(
      `SELECT count(*), sum(delay), sum(distance), epoch_ms(min("date")), epoch_ms(max("date")), count(*) FILTER (origin = 'LAX') FROM '${path}'`,
    )
  ).getRows()
  expect(Object.values(found)).toEqual(expected!.map(Number))
})
