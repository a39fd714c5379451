/** Until when the bytes of a batch are looked at that lie in somebody else's memory. */
import { expect, test } from 'vitest'
import type { DataFile } from '../../base/files.ts'
import { memoryFiles } from '../../base/memory-files.ts'
import { batchOf, settled, testBroker } from '../../testing/broker.ts'

test('a batch that arrives while a round is synced is lent until its own round is over', async () => {
  const files = memoryFiles()
  const syncs: (() => void)[] = []
  let gated = false
  const sync = files.sync.bind(files)
  files.sync = async (targets: readonly DataFile[], why) => {
    if (gated) await new Promise<void>(resolve => syncs.push(resolve))
    return sync(targets, why)
  }
  const broker = await testBroker({ files })
  await broker.connect().createTopic('orders', 1)
  const log = broker.broker.topics.named('orders')!.partitions[0]!
  const back: string[] = []
  const append = (name: string) =>
    log.append(batchOf([name.repeat(20_000)]), 0, false, { retain() {}, release: () => void back.push(name) })
  gated = true
  append('a')
  await settled()
  append('b')
  syncs.shift()!()
  await settled()
  expect(back).toEqual(['a'])
  syncs.shift()!()
  await settled()
  expect(back).toEqual(['a', 'b'])
  gated = false
  await broker.stop()
})
