/** When a segment ends. */
import { expect, test } from 'vitest'
import { batchOf, settled, testBroker } from '../../testing/broker.ts'
import { crc32c } from '../records/crc32c.ts'

test('offsets of a segment fit the 32 bits that its indexes have for them', async () => {
  const broker = await testBroker({ properties: { 'log.index.interval.bytes': '0' } })
  await broker.connect().createTopic('orders', 1)
  const log = broker.broker.topics.named('orders')!.partitions[0]!
  log.append(batchOf(['a']), 0)
  log.append(batchOf(['b']), 0)
  // As many offsets as a batch can have, whatever it holds.
  const wide = batchOf(['c'])
  const view = new DataView(wide.buffer, wide.byteOffset)
  view.setInt32(23, 2 ** 31 - 1)
  view.setUint32(17, crc32c(wide.subarray(21)))
  log.append(wide, 0)
  await settled()
  expect(log.segments.map(({ baseOffset, endOffset }) => `${baseOffset}–${endOffset}`)).toEqual(['0–2', `2–${2 ** 31 + 2}`])
  log.append(batchOf(['d']), 0)
  await settled()
  expect(log.segments.at(-1)!.baseOffset).toBe(2 ** 31 + 2)
  await broker.stop()
})
