/** Walking through a segment's file: every batch checked, and in plain words why the walk ended before the file did. */
import type { DataFile } from '../../base/files.ts'
import { BATCH_HEADER_BYTES, type BatchFault, LOG_OVERHEAD, baseOffsetAt, batchBytesAt, checkBatch } from '../records/batch.ts'
import { checkBatches } from '../log/batch-scan.ts'

export interface WalkEnd {
  /** Where the last batch ends that is whole and sound. */
  readonly position: number
  /** Why the walk did not reach the end of the file. */
  readonly fault: { readonly what: string; readonly offset: number | undefined } | undefined
}

/** `visit` gets each batch where it lies; false: it does not fit, and the walk ends before it. */
export async function walkBatches(
  file: DataFile,
  from: number,
  end: number,
  visit: (bytes: Uint8Array, at: number, size: number, position: number) => boolean,
): Promise<WalkEnd> {
  let refused = false
  const position = await checkBatches(file, from, end, (bytes, at, size, here) => {
    refused = !visit(bytes, at, size, here)
    return !refused
  })
  return { position, fault: position === end || refused ? undefined : await faultAt(file, position, end) }
}

async function faultAt(file: DataFile, position: number, end: number): Promise<WalkEnd['fault']> {
  const header = new Uint8Array(Math.min(BATCH_HEADER_BYTES, end - position))
  await file.read(header, position)
  if (header.length < LOG_OVERHEAD) return { what: `${end - position} bytes are no batch`, offset: undefined }
  if (header.every(byte => byte === 0)) return { what: 'zeros in place of a batch', offset: undefined }
  const size = batchBytesAt(header, 0)
  const offset = baseOffsetAt(header, 0)
  if (size > end - position)
    return { what: `a batch of ${size} bytes where ${end - position} are left`, offset: plausible(offset) }
  const bytes = new Uint8Array(Math.max(BATCH_HEADER_BYTES, size))
  const length = await file.read(bytes, position)
  const fault = checkBatch(bytes, 0, length)
  return { what: fault === undefined ? 'a batch changed while it was read' : faultText[fault], offset: plausible(offset) }
}

const plausible = (offset: number): number | undefined => (offset >= 0 && Number.isSafeInteger(offset) ? offset : undefined)

export const faultText: Readonly<Record<BatchFault, string>> = {
  truncated: 'a batch is cut off',
  length: 'a batch says that it is shorter than a header',
  magic: 'a batch is not of magic 2',
  crc: 'the checksum of a batch does not fit its bytes',
  codec: 'a batch is compressed in an unknown way',
  offset: 'a batch has offsets that are none',
  count: 'a batch has more records than offsets or bytes',
}
