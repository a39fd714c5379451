/** Jobs that are stopped, killed and gone on with, across processes: every row counts once. */
import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Folder, until } from '#src/testing/script.ts'
import { built, command, start, startLine } from './command.ts'

beforeAll(built, 120_000)

let folder: Folder
beforeEach(async () => {
  folder = await Folder.create()
})
afterEach(() => folder[Symbol.asyncDispose]())

const rows = (from: number, count: number) => Array.from({ length: count }, (_, i) => `{"n":${from + i}}\n`).join('')

/** A job that copies what is appended to a file, and its script on disk. */
async function copyJob(query = 'SELECT n FROM source'): Promise<string> {
  const script = `
    SET 'execution.checkpointing.dir' = '${folder.path}/checkpoints';
    SET 'execution.checkpointing.interval' = '50 ms';
    ${folder.table('source.json', 'n INT', 'json', { 'source.follow': 'true' })};
    ${folder.table('copy', 'n INT', 'csv')};
    INSERT INTO copy ${query};`
  await folder.write('source.json', rows(0, 1000))
  return folder.write('job.sql', script)
}

const published = async () => (await folder.lines('copy')).map(Number).toSorted((a, b) => a - b)
const copied = (count: number) => until(`${count} rows`, async () => (await folder.lines('copy').catch(() => [])).length >= count)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

test('killed again and again and gone on with: each row is in the sink exactly once', async () => {
  const job = await copyJob()
  let written = 1000
  for (let round = 0; round < 3; round++) {
    const resume = round === 0 ? [] : ['--set', `execution.state-recovery.path=${folder.path}/checkpoints`]
    const running = start(['run', job, ...resume])
    await copied(written)
    // More comes, is read, and is on its way when the process dies.
    for (let i = 0; i < 5; i++) {
      await appendFile(join(folder.path, 'source.json'), rows(written, 200))
      written += 200
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    running.process.kill('SIGKILL')
    await running.ended
  }
  const last = start(['run', job, '--set', `execution.state-recovery.path=${folder.path}/checkpoints`])
  await copied(written)
  last.process.kill('SIGTERM')
  await last.ended
  expect(await published()).toEqual(upTo(written))
})

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', signal => {
  test('takes a last checkpoint and prints the command that goes on, which works when pasted', async () => {
    const job = await copyJob()
    const running = start(['run', job, '--mode', 'streaming'], { cwd: folder.path })
    await copied(1000)
    running.process.kill(signal)
    const { code, stderr } = await running.ended
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143)
    const pasted = /^stopped; to go on:\n {2}(.*)\n$/.exec(stderr)![1]!
    expect(pasted).toContain(`--mode streaming --set execution.state-recovery.path=${folder.path}/checkpoints/chk-`)

    await appendFile(join(folder.path, 'source.json'), rows(1000, 10))
    const resumed = startLine(pasted, folder.path)
    await copied(1010)
    resumed.process.kill('SIGTERM')
    await resumed.ended
    expect(await published()).toEqual(upTo(1010))
  })
})

test('a job without a directory for checkpoints just ends', async () => {
  const job = await folder.write('job.sql', "CREATE TABLE g (x INT) WITH ('connector' = 'datagen'); SELECT x FROM g")
  const running = start(['run', job, '-o', 'json'])
  await until('rows', () => running.stdout().length > 0)
  running.process.kill('SIGTERM')
  const { code, stderr } = await running.ended
  expect([code, stderr]).toEqual([143, ''])
})

test('state goes on, too: a sum over both runs', async () => {
  await folder.write('source.json', rows(1, 100))
  const job = await folder.write(
    'job.sql',
    `${folder.table('source.json', 'n INT', 'json', { 'source.follow': 'true' })}; SELECT SUM(n) AS s, COUNT(*) AS c FROM source`,
  )
  const args = ['run', job, '-o', 'json', '--set', `execution.checkpointing.dir=${folder.path}/checkpoints`]
  const first = start(args)
  await until('the sum', () => first.stdout().includes('{"s":5050,"c":100}'))
  first.process.kill('SIGINT')
  await first.ended
  await appendFile(join(folder.path, 'source.json'), rows(101, 1))
  const second = start([...args, '--set', `execution.state-recovery.path=${folder.path}/checkpoints`])
  await until('the new sum', () => second.stdout().includes('"+U","row":{"s":5151,"c":101}}'))
  second.process.kill('SIGINT')
  expect((await second.ended).stdout).toBe('{"op":"-U","row":{"s":5050,"c":100}}\n{"op":"+U","row":{"s":5151,"c":101}}\n')
})

describe('a checkpoint', () => {
  test('of another query is refused, one that is not there is missed', async () => {
    const job = await copyJob()
    const running = start(['run', job])
    await copied(1000)
    running.process.kill('SIGTERM')
    await running.ended
    const checkpoints = (await readdir(join(folder.path, 'checkpoints'))).filter(name => name.startsWith('chk-'))
    expect(checkpoints).toHaveLength(1)

    const other = await copyJob('SELECT n FROM source WHERE n > 5')
    const recover = (path: string) => command(['run', other, '--set', `execution.state-recovery.path=${folder.path}/${path}`])
    expect(await recover('checkpoints')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error \[CHECKPOINT_MISMATCH\]: .*another query/),
    })
    expect(await recover('nowhere')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error \[CHECKPOINT_MISSING\]/) })
  })

  test('is not resumed over a file that lost what was read', async () => {
    const job = await copyJob()
    const running = start(['run', job])
    await copied(1000)
    running.process.kill('SIGTERM')
    await running.ended
    await folder.write('source.json', rows(0, 3))
    const { code, stderr } = await command(['run', job, '--set', `execution.state-recovery.path=${folder.path}/checkpoints`])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error \[FILE_TRUNCATED\]: .*source\.json/)])
  })
})
