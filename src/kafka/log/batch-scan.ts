/** Walking through the batches of a segment's file: by their headers alone, or with every byte checked. */
import { BATCH_HEADER_BYTES, MAGIC, batchBytesAt, baseOffsetAt, checkBatch, lastOffsetAt, magicAt } from '../records/batch.ts'
import type { DataFile } from '../../base/files.ts'

/** A batch where it lies: its bytes stand in `buffer` from `at` on, at least the header. */
export interface FoundBatch {
  readonly position: number
  readonly bytes: number
  readonly baseOffset: number
  readonly lastOffset: number
}

/** What is read of: a file, or one that is opened when it is needed. */
interface Source {
  read(into: Uint8Array, position: number): Promise<number> | number
}

const HEADERS_BYTES = 8 * 1024

/** The first batch at or behind `position` whose last offset is at least `offset`; undefined when none is below `end`. */
export async function findBatch(file: Source, position: number, end: number, offset: number): Promise<FoundBatch | undefined> {
  const buffer = new Uint8Array(HEADERS_BYTES)
  let at = position
  while (at + BATCH_HEADER_BYTES <= end) {
    const length = await file.read(buffer.subarray(0, Math.min(HEADERS_BYTES, end - at)), at)
    if (length < BATCH_HEADER_BYTES) return undefined
    let here = 0
    while (here + BATCH_HEADER_BYTES <= length) {
      const bytes = batchBytesAt(buffer, here)
      if (bytes < BATCH_HEADER_BYTES || magicAt(buffer, here) !== MAGIC) return undefined
      const lastOffset = lastOffsetAt(buffer, here)
      if (lastOffset >= offset) return { position: at + here, bytes, baseOffset: baseOffsetAt(buffer, here), lastOffset }
      here += bytes
    }
    at += here
  }
  return undefined
}

/** The end of the last whole batch that ends at or before `limit`, from a batch's start on; at least one batch where `atLeastOne`. */
export async function endOfBatches(
  file: Source,
  start: number,
  limit: number,
  end: number,
  atLeastOne: boolean,
): Promise<number> {
  const buffer = new Uint8Array(HEADERS_BYTES)
  let at = start
  while (at + BATCH_HEADER_BYTES <= end) {
    const length = await file.read(buffer.subarray(0, Math.min(HEADERS_BYTES, end - at)), at)
    if (length < BATCH_HEADER_BYTES) return at
    let here = 0
    while (here + BATCH_HEADER_BYTES <= length) {
      const next = at + here + batchBytesAt(buffer, here)
      if (next > limit && !(atLeastOne && at + here === start)) return at + here
      if (next >= limit) return Math.min(next, end)
      here = next - at
    }
    at += here
  }
  return Math.min(at, end)
}

const CHECK_BYTES = 1024 * 1024

/**
 * Visits every batch from `position` on that is whole and sound, and answers where the first one ends that is not: there a
 * crash tore the log. `visit` gets the bytes the batch stands in; it may answer false to say that the batch does not fit here.
 */
export async function checkBatches(
  file: DataFile,
  position: number,
  end: number,
  visit: (bytes: Uint8Array, at: number, batchBytes: number, position: number) => boolean,
): Promise<number> {
  let buffer = new Uint8Array(Math.max(BATCH_HEADER_BYTES, Math.min(CHECK_BYTES, end - position)))
  let at = position
  while (at + BATCH_HEADER_BYTES <= end) {
    const length = await file.read(buffer.subarray(0, Math.min(buffer.length, end - at)), at)
    let here = 0
    while (here + BATCH_HEADER_BYTES <= length) {
      const bytes = batchBytesAt(buffer, here)
      if (bytes > length - here) break
      if (checkBatch(buffer, here, length) !== undefined || !visit(buffer, here, bytes, at + here)) return at + here
      here += bytes
    }
    if (here === 0) {
      // A batch larger than the buffer, if the file can hold it at all.
      if (length < BATCH_HEADER_BYTES) return at
      const bytes = batchBytesAt(buffer, 0)
      if (bytes < BATCH_HEADER_BYTES || bytes > end - at || bytes <= buffer.length) return at
      buffer = new Uint8Array(bytes)
    }
    at += here
  }
  return at
}
