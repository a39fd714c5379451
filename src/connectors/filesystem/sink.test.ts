import { open } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folder, failureOf, rowsOf, runScript, until } from '../../testing/script.ts'

let folder: Folder
beforeEach(async () => {
  folder = await Folder.create()
})
afterEach(() => folder[Symbol.asyncDispose]())

const out = (options = {}, columns = 'n INT, s STRING', rest = '', format = 'json') =>
  folder.table('drain', columns, format, options, rest)
const published = async () => (await folder.files('drain')).filter(name => !/(^|\/)\./.test(name))

test('a bounded INSERT publishes at its end, without a checkpoint directory, too', async () => {
  await runScript(`${out()}; INSERT INTO drain VALUES (1, 'a'), (2, CAST(NULL AS STRING))`)
  expect(await folder.lines('drain')).toEqual(['{"n":1,"s":"a"}', '{"n":2,"s":null}'])
  expect(await folder.files('drain')).toEqual(await published())
})

test('partitions are directories; NULL has one of its own, and what a path can not hold is escaped', async () => {
  const table = out({}, 'n INT, dt DATE, part STRING', 'PARTITIONED BY (dt, part)')
  const values = "(1, DATE '2024-01-31', 'a:b'), (2, CAST(NULL AS DATE), 'c'), (3, DATE '2024-01-31', 'a:b')"
  await runScript(`${table}; INSERT INTO drain VALUES ${values}`)
  expect((await folder.files('drain')).map(name => name.replace(/part-.*/, '…'))).toEqual([
    'dt=2024-01-31/part=a%3Ab/…',
    'dt=__DEFAULT_PARTITION__/part=c/…',
  ])
  expect(await rowsOf(`${table}; SELECT * FROM drain ORDER BY n`)).toEqual([
    '+I 1 2024-01-31 a:b',
    '+I 2 NULL c',
    '+I 3 2024-01-31 a:b',
  ])
})

test('a part file is finished at its size', async () => {
  const source = `CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '200000', 'rows-per-second' = '100000000',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1000000', 'fields.n.end' = '1199999')`
  await runScript(
    `${source}; ${out({ 'sink.rolling-policy.file-size': '300kb' }, 'n INT', '', 'csv')}; INSERT INTO drain SELECT n FROM g`,
  )
  expect((await published()).length).toBeGreaterThan(2)
  expect(new Set(await folder.lines('drain')).size).toBe(200_000)
})

test('a cancelled INSERT leaves nothing, neither published nor in progress', async () => {
  const source = "CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000')"
  const { progress } = await runScript(`${source}; ${out({}, 'n INT')}; INSERT INTO drain SELECT n FROM g`, {
    mode: 'streaming',
    onJob: job => void until('rows', () => job.progress().rowsOut > 1000).then(() => job.cancel()),
  })
  expect(progress!.status).toBe('canceled')
  expect(await folder.files('drain')).toEqual([])
})

test('a disk that is full ends the job, and what was not whole is taken away', async () => {
  const handle = await open(await folder.write('probe', ''), 'r+')
  const prototype = Object.getPrototypeOf(handle) as { write: (...args: unknown[]) => Promise<unknown> }
  await handle.close()
  const { write } = prototype
  let writes = 0
  prototype.write = function (...args) {
    if (++writes > 2)
      return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
    return write.apply(this, args)
  }
  try {
    const source =
      "CREATE TABLE g (s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '20000', 'rows-per-second' = '100000000')"
    const failure = await failureOf(`${source}; ${out({}, 's STRING')}; INSERT INTO drain SELECT s FROM g`)
    expect(failure).toMatch(/^DISK_FULL: the disk is full: .*drain\/part-/)
  } finally {
    prototype.write = write
  }
  expect(writes).toBeGreaterThan(2)
  expect(await folder.files('drain')).toEqual([])
})

test('a NULL in a NOT NULL column fails the job and publishes nothing; DROP leaves the row out', async () => {
  await folder.write('v.csv', '1,5\n2,500\n')
  const v = folder.table('v.csv', 'n INT, x INT NOT NULL', 'csv')
  const insert = `${v}; ${out({}, 'n INT, d DECIMAL(3, 1) NOT NULL')};
    INSERT INTO drain SELECT n, CAST(x AS DECIMAL(3, 1)) FROM v`
  expect(await failureOf(insert)).toMatch(/^NOT_NULL_VIOLATION: .*'d'/)
  expect(await folder.files('drain')).toEqual([])
  await runScript(insert, { config: { 'table.exec.sink.not-null-enforcer': 'DROP' } })
  expect(await folder.lines('drain')).toEqual(['{"n":1,"d":5}'])
})

test('a sink whose path is a file says so', async () => {
  await folder.write('drain', 'a file')
  expect(await failureOf(`${out()}; INSERT INTO drain VALUES (1, 'a')`)).toMatch(/^FILE_IO: .*drain/)
})

test('parquet is not written yet', async () => {
  expect(await failureOf(`${out({}, 'n INT', '', 'parquet')}; INSERT INTO drain VALUES (1)`)).toMatch(/^FORMAT_WRITE: /)
})
