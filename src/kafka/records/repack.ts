/** A batch under another codec: what a topic with a `compression.type` of its own stores. All else stays as it is. */
import { DataError } from '../../base/errors.ts'
import {
  BATCH_HEADER_BYTES,
  CODEC_MASK,
  attributesAt,
  baseOffsetAt,
  batchBytesAt,
  codecAt,
  readBatchHeader,
  writeBatchHeader,
} from './batch.ts'
import { uninitialized } from './codecs/output.ts'
import { type Codec, codecs, compress, decompress } from './compression.ts'

export interface RepackOptions {
  readonly level?: number | undefined
  /** What it may unpack to. */
  readonly maxBytes: number
}

/** The sound batch at `at`, in a buffer of its own. Its records are not looked at: `validateRecords` does that. */
export function repackBatch(bytes: Uint8Array, at: number, codec: Codec, { level, maxBytes }: RepackOptions): Uint8Array {
  const area = bytes.subarray(at + BATCH_HEADER_BYTES, at + batchBytesAt(bytes, at))
  const before = codecs[codecAt(bytes, at)]
  if (before === undefined)
    throw new DataError('RECORD_BATCH_CORRUPT', `batch@${baseOffsetAt(bytes, at)}`, 'is of an unknown codec')
  // A batch without records has nothing that could be unpacked.
  const after = area.length === 0 ? before : codec
  const packed = area.length === 0 ? area : compress(after, decompress(before, area, maxBytes), level)
  const batch = uninitialized(BATCH_HEADER_BYTES + packed.length)
  batch.set(packed, BATCH_HEADER_BYTES)
  const attributes = (attributesAt(bytes, at) & ~CODEC_MASK) | codecs.indexOf(after)
  writeBatchHeader(batch, 0, batch.length, { ...readBatchHeader(bytes, at), attributes })
  return batch
}
