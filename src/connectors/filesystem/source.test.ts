import { appendFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Folder, failureOf, rowsOf, runScript, until } from '../../testing/script.ts'

let folder: Folder
beforeEach(async () => {
  folder = await Folder.create()
})
afterEach(() => folder[Symbol.asyncDispose]())

const json = (name: string, options = {}) => folder.table(name, 'n INT, s STRING', 'json', options)
const rowsIn = (path: string) => failureOf(path).then(text => text.replaceAll(`${folder.path}/`, ''))

describe('records that can not be read', () => {
  beforeEach(() => folder.write('t.json', '{"n":1,"s":"a"}\n{"n":2,\n{"n":3,"s":"c"}\n{"n":"x","s":"d"}\n'))

  test('fail with file and line', async () => {
    expect(await rowsIn(`${json('t.json')}; SELECT * FROM t`)).toMatch(/^JSON_\w+: t\.json:2: /)
  })

  test('are skipped and counted where they are to be ignored; a bad field is NULL', async () => {
    const { rows, progress } = await runScript(`${json('t.json', { 'json.ignore-parse-errors': 'true' })}; SELECT * FROM t`)
    expect(rows).toEqual(['+I 1 a', '+I 3 c', '+I NULL d'])
    expect(progress).toMatchObject({ skippedRecords: 1, nulledFields: 1 })
  })

  test('go to an errors file by option', async () => {
    const errors = join(folder.path, 'bad.jsonl')
    await rowsOf(`${json('t.json', { 'json.ignore-parse-errors': 'true', 'source.errors-file': errors })}; SELECT * FROM t`)
    const [line, ...others] = (await folder.lines('.')).filter(text => text.startsWith('{"place"'))
    expect(others).toEqual([])
    expect(JSON.parse(line!)).toEqual({ place: `${folder.path}/t.json:2`, reason: expect.any(String), record: '{"n":2,' })
  })

  test('that can not be written to the errors file fail', async () => {
    const options = { 'json.ignore-parse-errors': 'true', 'source.errors-file': folder.path }
    expect(await rowsIn(`${json('t.json', options)}; SELECT * FROM t`)).toMatch(/^ERRORS_FILE: /)
  })

  test('of CSV are named by line, also behind a quoted line end', async () => {
    await folder.write('u.csv', '1,"two\nlines"\n2,x,too,many\n')
    expect(await rowsIn(`${folder.table('u.csv', 'n INT, s STRING', 'csv')}; SELECT * FROM u`)).toMatch(/^CSV_\w+: u\.csv:3: /)
    const lenient = folder.table('u.csv', 'n INT, s STRING', 'csv', { 'csv.ignore-parse-errors': 'true' })
    const { rows, progress } = await runScript(`${lenient}; SELECT * FROM u`)
    expect(rows.length + progress!.skippedRecords).toBe(2)
  })

  test('of Parquet are named by file', async () => {
    await folder.write('p.parquet', 'PAR1 this is no parquet file at all PAR1')
    expect(await rowsIn(`${folder.table('p.parquet', 'n INT', 'parquet')}; SELECT * FROM p`)).toMatch(/^PARQUET_\w+: p\.parquet/)
  })
})

const read = async (content: string | Uint8Array, name = 't.json') => {
  await folder.write(name, content)
  return rowsOf(`${json(name)}; SELECT * FROM t`)
}

describe('what a file may look like', () => {
  test('empty', async () => expect(await read('')).toEqual([]))
  test('with a byte order mark', async () => expect(await read('\ufeff{"n":1,"s":"a"}\n')).toEqual(['+I 1 a']))
  test('with CRLF', async () => expect(await read('{"n":1,"s":"a"}\r\n{"n":2}\r\n')).toEqual(['+I 1 a', '+I 2 NULL']))
  test('without a last line end', async () => expect(await read('{"n":1}\n{"n":2}')).toEqual(['+I 1 NULL', '+I 2 NULL']))
  test('one array', async () => expect(await read('[{"n":1},\n {"n":2}]')).toEqual(['+I 1 NULL', '+I 2 NULL']))
  test('packed with gzip', async () => expect(await read(gzipSync('{"n":1}\n'), 't.json.gz')).toEqual(['+I 1 NULL']))

  test('gzip that is cut short is an error', async () => {
    await folder.write('t.json.gz', gzipSync('{"n":1}\n'.repeat(1000)).subarray(0, 40))
    expect(await rowsIn(`${json('t.json.gz')}; SELECT * FROM t`)).toMatch(/^FILE_CORRUPT: t\.json\.gz: is not whole gzip data/)
  })

  test('bytes that are not UTF-8 fail with file and line, or are skipped and counted', async () => {
    await folder.write('t.json', Buffer.from('{"n":1}\n{"n":2,"s":"\xff\xc3"}\n{"n":3}\n', 'latin1'))
    expect(await rowsIn(`${json('t.json')}; SELECT * FROM t`)).toMatch(/^JSON_\w+: t\.json:2: .*not valid UTF-8/)
    const { rows, progress } = await runScript(`${json('t.json', { 'json.ignore-parse-errors': 'true' })}; SELECT n FROM t`)
    expect([rows.length, progress!.skippedRecords]).toEqual([2, 1])
  })

  test('a line of 100 MB is read; one above max-line-bytes is an error with file and line', async () => {
    await folder.write('t.json', `{"n":1}\n{"n":2,"s":"${'x'.repeat(100e6)}"}\n`)
    expect(await rowsOf(`${json('t.json')}; SELECT n, CHAR_LENGTH(s) FROM t`)).toEqual(['+I 1 NULL', '+I 2 100000000'])
    expect(await rowsIn(`${json('t.json', { 'max-line-bytes': '1mb' })}; SELECT n FROM t`)).toMatch(/^LINE_TOO_LONG: t\.json:2: /)
  })

  test('cut off while it is read is an error that names it', async () => {
    const path = await folder.write('t.json', '{"n":1,"s":"abcdefgh"}\n'.repeat(200_000))
    const cut = { onRow: (row: string) => void (row === '' || truncate(path, 100)) }
    let told = 0
    const failure = failureOf(`${json('t.json')}; SELECT * FROM t`, {
      mode: 'streaming',
      onRow: row => (told++ === 0 ? cut.onRow(row) : undefined),
    })
    expect((await failure).replace(folder.path, '')).toMatch(
      /^FILE_TRUNCATED: \/t\.json: ended at byte \d+; it had 4600000 bytes/,
    )
  })
})

describe('which files', () => {
  test('one that is not there, and a scheme of another kind', async () => {
    expect(await rowsIn(`${json('t.json')}; SELECT * FROM t`)).toBe('FILE_MISSING: there is no such file or directory: t.json')
    const remote = json('t.json').replace(folder.path, 's3://bucket')
    expect(await failureOf(`${remote}; SELECT * FROM t`)).toMatch(/^FILE_SCHEME: .*not 's3:'/)
  })

  test('a directory without permission is named', async context => {
    context.skip(process.getuid?.() === 0, 'root may read every directory')
    await folder.write('t/a.json', '{"n":1}\n')
    const { chmod } = await import('node:fs/promises')
    await chmod(join(folder.path, 't'), 0)
    expect(await rowsIn(`${json('t')}; SELECT * FROM t`)).toBe('FILE_ACCESS: no permission for t')
    await chmod(join(folder.path, 't'), 0o700)
  })

  test('a directory: all below it by path, hidden ones left out; a glob', async () => {
    await folder.write('t/b.json', '{"n":2}\n')
    await folder.write('t/a.json', '{"n":1}\n')
    await folder.write('t/deep/c.json', '{"n":3}\n')
    await folder.write('t/.part.inprogress', '{"n":9}\n')
    await folder.write('t/_SUCCESS', '')
    expect(await rowsOf(`${json('t')}; SELECT n FROM t`)).toEqual(['+I 1', '+I 2', '+I 3'])
    expect(await rowsOf(`${json('t/{a,b}.json')}; SELECT n FROM t`)).toEqual(['+I 1', '+I 2'])
  })

  test('partitions give columns; metadata tells of the file', async () => {
    await folder.write('t/dt=2024-01-31/part=a%3Ab/x.json', '{"n":1}\n')
    await folder.write('t/dt=__DEFAULT_PARTITION__/part=c/y.json', '{"n":2}\n')
    const columns = "n INT, dt DATE, part STRING, f STRING METADATA FROM 'file.name', size BIGINT METADATA FROM 'file.size'"
    const table = folder.table('t', columns, 'json', {}, 'PARTITIONED BY (dt, part)')
    expect(await rowsOf(`${table}; SELECT * FROM t`)).toEqual(['+I 1 2024-01-31 a:b x.json 8', '+I 2 NULL c y.json 8'])
    await folder.write('t/dt=soon/part=c/z.json', '{"n":2}\n')
    expect(await rowsIn(`${table}; SELECT * FROM t`)).toMatch(/^PARTITION_VALUE: .*'soon' is no DATE/)
  })
})

describe('files that grow', () => {
  test('a directory is looked at again and again', async () => {
    await folder.write('t/a.json', '{"n":1}\n')
    let told = 0
    const rows = await rowsOf(`${json('t', { 'source.monitor-interval': '20 ms' })}; SELECT n FROM t`, {
      mode: 'automatic',
      onRow(row) {
        // Moved in whole, as a writer should.
        if (++told === 1)
          void writeFile(`${folder.path}/b`, '{"n":2}\n').then(() => rename(`${folder.path}/b`, `${folder.path}/t/b.json`))
        return row !== '+I 2'
      },
    })
    expect(rows).toEqual(['+I 1', '+I 2'])
  })

  test('history first, with intermediate updates held back; then row by row', async () => {
    const path = await folder.write('t.json', '{"s":"a","n":1}\n'.repeat(5000))
    const rows = await rowsOf(`${json('t.json', { 'source.follow': 'true' })}; SELECT s, COUNT(*), SUM(n) FROM t GROUP BY s`, {
      mode: 'automatic',
      onRow(row) {
        if (row === '+I a 5000 5000') void appendFile(path, '{"s":"a","n":1}\n{"s":"a","n":2}\n')
        return row !== '+U a 5002 5003'
      },
    })
    expect(rows).toEqual(['+I a 5000 5000', '-U a 5000 5000', '+U a 5001 5001', '-U a 5001 5001', '+U a 5002 5003'])
  })

  test('a line that is still being written is waited for; one that shrinks is an error', async () => {
    const path = await folder.write('t.json', '{"n":1}\n{"n":')
    const seen: string[] = []
    const failure = failureOf(`${json('t.json', { 'source.follow': 'true' })}; SELECT n FROM t`, {
      mode: 'streaming',
      onRow: row => void seen.push(row),
    })
    await until('the first row', () => seen.length === 1)
    await appendFile(path, '2}\n')
    await until('the second row', () => seen.length === 2)
    await truncate(path, 3)
    expect(await failure).toMatch(/FILE_TRUNCATED: .*t\.json: has shrunk to 3 bytes/)
    expect(seen).toEqual(['+I 1', '+I 2'])
  })

  test('a LIMIT ends a query over them', async () => {
    await folder.write('t.json', '{"n":1}\n{"n":2}\n{"n":3}\n')
    expect(
      await rowsOf(`${json('t.json', { 'source.follow': 'true' })}; SELECT n FROM t LIMIT 2`, { mode: 'automatic' }),
    ).toEqual(['+I 1', '+I 2'])
  })
})

test('a query is cancelled mid-way and nothing is left behind', async () => {
  await folder.write('t.json', '{"n":1,"s":"abc"}\n'.repeat(100_000))
  const { rows, progress } = await runScript(`${json('t.json')}; SELECT n FROM t`, { mode: 'streaming', onRow: () => false })
  expect(rows).toEqual(['+I 1'])
  expect(progress!.status).toBe('canceled')
})

test('a source that two INSERTs share is read once', async () => {
  await folder.write('t.json', '{"n":1}\n{"n":2}\n{"n":3}\n')
  const sinks = ['a', 'b'].map(name => folder.table(`out-${name}`, 'n INT', 'csv').replace(/TABLE \w+/, `TABLE ${name}`))
  const set = 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT n FROM t; INSERT INTO b SELECT n + 10 FROM t; END'
  const { progress } = await runScript(`${json('t.json')}; ${sinks.join('; ')}; ${set}`)
  expect(progress).toMatchObject({ rowsIn: 3, rowsOut: 6 })
  expect(await folder.lines('out-b')).toEqual(['11', '12', '13'])
})
