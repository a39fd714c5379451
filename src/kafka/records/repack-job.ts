/** One batch to be looked into and stored under another codec. Plain data: it crosses threads. */
import { DataError } from '../../base/errors.ts'
import { codecAt } from './batch.ts'
import type { Codec } from './compression.ts'
import { RecordReader } from './record-reader.ts'
import { repackBatch } from './repack.ts'
import { type BatchFault, type RecordRules, validateRecords } from './validate.ts'

export interface RepackJob {
  readonly batch: Uint8Array
  readonly codec: Codec
  readonly level: number | undefined
  readonly rules: RecordRules
}

export type Repacked = { readonly batch: Uint8Array } | { readonly fault: BatchFault }

/** Who does it: this thread, or another. */
export interface Repacker {
  repack(job: RepackJob): Promise<Repacked>
  close(): void
}

/** What a batch may unpack to. */
const MOST_BYTES = 64 << 20

const reader = new RecordReader({ maxBatchBytes: MOST_BYTES })

export function repack({ batch, codec, level, rules }: RepackJob): Repacked {
  const fault = validateRecords(reader, batch, 0, rules)
  if (fault !== undefined) return { fault }
  try {
    return { batch: repackBatch(batch, 0, codec, { level, maxBytes: MOST_BYTES }) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { fault: { reason: 'corrupt', message: error.message, records: [] } }
  }
}

/** Batches this small take about a millisecond. */
const SMALL_BYTES = 64 << 10
/** What is compressed may unpack to a multiple. */
const SMALL_COMPRESSED_BYTES = 8 << 10

export const isQuick = ({ batch }: RepackJob): boolean =>
  batch.length <= (codecAt(batch, 0) === 0 ? SMALL_BYTES : SMALL_COMPRESSED_BYTES)

/** In this thread, however long it takes. */
export const repackHere: Repacker = { repack: async job => repack(job), close() {} }
