/** The thread runs the built program, as it is installed: a thread has no test runner that would read TypeScript. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { nodeFiles } from '../../../base/node-files.ts'
import { batchOf, testBroker } from '../../../testing/broker.ts'
import { logText } from '../../../testing/log-text.ts'
import type { PartitionLog } from '../partition-log.ts'
import type { Compactor } from './compactor.ts'

const built = new URL('../../../../dist/kafka/log/compaction/compaction-thread.js', import.meta.url).href

async function onDisk() {
  const { compactionThread } = (await import(/* @vite-ignore */ built)) as { compactionThread(): Compactor }
  const path = mkdtempSync(join(tmpdir(), 'millrace-compaction-'))
  const files = nodeFiles()
  const said: string[] = []
  const broker = await testBroker({
    files,
    path,
    compactor: compactionThread(),
    log: (level, event, fields) => void (level === 'error' && said.push(`${event}: ${String(fields['error'])}`)),
  })
  onTestFinished(async () => {
    await broker.stop()
    await files.close()
    rmSync(path, { recursive: true })
  })
  await broker.connect().createTopic('users', 1, { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' })
  const log = broker.broker.topics.named('users')!.partitions[0]!
  return { log, files, said, cleaner: broker.broker.cleaner }
}

async function append(log: PartitionLog, ...batches: readonly string[]): Promise<void> {
  for (const batch of batches) log.append(batchOf(batch.split(','), 1_700_000_000_000, { codec: 'zstd' }), 0)
  await new Promise<number>(resolve => log.whenDurable(log.endOffset, { settled: resolve }))
  log.roll()
}

test('rounds in a thread of their own, one after the other', async () => {
  const { log, files, said, cleaner } = await onDisk()
  await append(log, 'a=1,b=1', 'a=2')
  await cleaner.run()
  await append(log, 'b=2', 'c=1')
  await cleaner.run()
  expect(said).toEqual([])
  expect(cleaner.rounds).toBe(2)
  expect(await logText(files, log.directory)).toBe('0:\n2..2 zstd\n  2 a=2\n3..3 zstd\n  3 b=2\n4..4 zstd\n  4 c=1')
})

test('what goes wrong in the thread is told', async () => {
  const { log, files, said, cleaner } = await onDisk()
  await append(log, 'a=1', 'a=2')
  const file = await files.open(join(log.directory, '00000000000000000000.log'), 'write')
  await file.write([Uint8Array.of(255)], 65)
  file.close()
  await cleaner.run()
  expect(said).toEqual([expect.stringMatching(/compaction failed.*00000000000000000000\.log@0: the batch is not sound: crc/)])
  expect(cleaner.uncleanable.size).toBe(1)
})

test('a round that is broken off ends the run', async () => {
  const { log, said, cleaner } = await onDisk()
  await append(log, 'a=1', 'a=2')
  const running = cleaner.run()
  await cleaner.stop()
  await running
  expect(said).toEqual([])
})
