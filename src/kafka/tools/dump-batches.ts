/** Batches and records of a segment, of a snapshot of KRaft, and of the batch journal, as lines. */
import { basename } from 'node:path'
import { MillraceError } from '../../base/errors.ts'
import { replayFile } from '../log/batch-journal.ts'
import {
  baseOffsetAt,
  batchBytesAt,
  checkBatch,
  isControl,
  lastOffsetAt,
  readBatchHeader,
  recordCountAt,
} from '../records/batch.ts'
import { batchText, recordText } from '../records/batch-text.ts'
import { codecs } from '../records/compression.ts'
import { readMarker } from '../records/control-record.ts'
import { forEachHeader } from '../records/headers.ts'
import { RecordReader, type RecordsView } from '../records/record-reader.ts'
import type { DumpContext, DumpLine } from './dump.ts'
import { plainJson } from './journal-text.ts'
import { ownRecord } from './kafka-record-text.ts'
import { walkBatches } from './segment-walk.ts'

/** So many batches are put into lines before the next are read. */
const AT_ONCE_BYTES = 4 * 1024 * 1024

export async function* dumpBatches(context: DumpContext): AsyncIterable<DumpLine> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = context
  const file = await context.files.open(context.path, 'read')
  try {
    const bytes = await file.bytes()
    for (let position = 0, done = false; position < bytes && !done;) {
      const lines: DumpLine[] = []
      const start = position
      const end = await walkBatches(file, position, bytes, (buffer, at, size, here) => {
        if (here - start > AT_ONCE_BYTES) return false
        if (baseOffsetAt(buffer, at) > to) return !(done = true)
        if (lastOffsetAt(buffer, at) >= from) lines.push(...linesOf(context, buffer, at, size, here))
        return true
      })
      position = end.position
      if (end.fault !== undefined) {
        const { what, offset } = end.fault
        lines.push({
          file: context.file,
          kind: 'fault',
          text: `byte ${position}: ${what}; ${bytes - position} bytes to the end of the file`,
          value: { position, what, ...(offset === undefined ? {} : { offset }), bytes: bytes - position },
        })
        done = true
      }
      yield* lines
    }
  } finally {
    file.close()
  }
}

function linesOf(context: DumpContext, bytes: Uint8Array, at: number, size: number, position: number): DumpLine[] {
  const { file } = context
  const { attributes, ...header } = readBatchHeader(bytes, at)
  const marker = markerText(bytes, at)
  const value = {
    position,
    bytes: size,
    ...header,
    lastOffset: lastOffsetAt(bytes, at),
    compression: codecs[attributes & 7],
    transactional: (attributes & 16) !== 0,
    control: (attributes & 32) !== 0,
    ...(marker === undefined ? {} : { marker }),
  }
  const lines: DumpLine[] = [
    { file, kind: 'batch', text: `${batchText(bytes, at)} @${position}${marker === undefined ? '' : ` ${marker}`}`, value },
  ]
  if (context.records !== true) return lines
  const reader = new RecordReader({ name: file, maxBatchBytes: 1 << 30 })
  try {
    const view = reader.read(bytes, at)
    const { from = 0, to = Number.POSITIVE_INFINITY } = context
    for (let row = 0; row < view.count; row++)
      if (view.offsets[row]! >= from && view.offsets[row]! <= to) lines.push(recordLine(context, view, row, isControl(bytes, at)))
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    lines.push({ file, kind: 'fault', text: `byte ${position}: ${error.message}`, value: { position, what: error.message } })
  }
  return lines
}

/** `COMMIT coordinator 3`; undefined for other batches. */
function markerText(bytes: Uint8Array, at: number): string | undefined {
  if (!isControl(bytes, at) || recordCountAt(bytes, at) === 0) return undefined
  try {
    const marker = readMarker(bytes, at)
    return marker === undefined ? undefined : `${marker.type} coordinator ${marker.coordinatorEpoch}`
  } catch (error) {
    if (error instanceof MillraceError) return error.message
    throw error
  }
}

function recordLine({ file, topic }: DumpContext, view: RecordsView, row: number, control: boolean): DumpLine {
  const slice = (start: number, end: number) => (start < 0 ? null : view.bytes.subarray(start, end))
  const key = slice(view.keyStarts[row]!, view.keyEnds[row]!)
  const value = slice(view.valueStarts[row]!, view.valueEnds[row]!)
  const place = { offset: view.offsets[row]!, timestamp: view.timestamps[row]! }
  const own = control || topic === undefined ? undefined : ownRecord(topic, key, value)
  if (own !== undefined) {
    const name = own.key === null ? '' : ` ${plainJson(own.key)}`
    const text = `${place.offset} ${place.timestamp} ${own.name}${name} = ${plainJson(own.value)}`
    return { file, kind: 'record', text, value: { ...place, ...own } }
  }
  const headers: [string, unknown][] = []
  forEachHeader(view, row, (keyStart, keyEnd, valueStart, valueEnd) => {
    headers.push([Buffer.from(view.bytes.subarray(keyStart, keyEnd)).toString(), textOrHex(slice(valueStart, valueEnd))])
  })
  return {
    file,
    kind: 'record',
    text: recordText(view, row),
    value: { ...place, key: textOrHex(key), value: textOrHex(value), headers },
  }
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Text where the bytes are some, otherwise their digits: `{"hex":"00ff"}`. */
function textOrHex(bytes: Uint8Array | null): string | null | { readonly hex: string } {
  if (bytes === null) return null
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return { hex: Buffer.from(bytes).toString('hex') }
    throw error
  }
}

export async function* dumpBatchJournal(context: DumpContext): AsyncIterable<DumpLine> {
  const file = await context.files.open(context.path, 'read')
  try {
    const bytes = await file.bytes()
    const lines: DumpLine[] = []
    const end = await replayFile(file, async (topicId, partition, batches) => {
      for (let at = 0; at < batches.length;) {
        const fault = checkBatch(batches, at, batches.length)
        const size = fault === 'truncated' || fault === 'length' || fault === 'magic' ? 0 : batchBytesAt(batches, at)
        if (size === 0) {
          const text = `${topicId}/${partition}: no batch after ${at} of ${batches.length} bytes`
          const value = { topicId, partition, position: at, what: 'no batch', bytes: batches.length - at }
          lines.push({ file: context.file, kind: 'fault', text, value })
          return
        }
        const value = { topicId, partition, bytes: size, ...readBatchHeader(batches, at), sound: fault === undefined }
        lines.push({
          file: context.file,
          kind: 'journalled',
          text: `${topicId}/${partition} ${batchText(batches, at)}${fault === undefined ? '' : ' NOT SOUND'}`,
          value,
        })
        at += size
      }
    })
    yield* lines
    if (end < bytes)
      yield {
        file: context.file,
        kind: 'fault',
        text: `byte ${end}: no whole entry; ${bytes - end} bytes to the end of ${basename(context.path)}`,
        value: { position: end, what: 'no whole entry', bytes: bytes - end },
      }
  } finally {
    file.close()
  }
}
