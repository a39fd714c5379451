/** A `.snapshot` file of a partition: its producers. The checksum is CRC-32C of all that follows it. */
import { type MessageOf, array, data, flexible, int16, int32, int64, uint32 } from '../../schema.ts'

export const ProducerSnapshot = data('ProducerSnapshot', '1', flexible('none'), {
  crc: uint32(),
  producerEntries: array({
    producerId: int64(),
    epoch: int16(),
    lastSequence: int32(),
    lastOffset: int64(),
    offsetDelta: int32(),
    timestamp: int64(),
    coordinatorEpoch: int32(),
    currentTxnFirstOffset: int64(),
  }),
})
export type ProducerSnapshot = MessageOf<typeof ProducerSnapshot>
