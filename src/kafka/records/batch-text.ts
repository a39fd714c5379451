/**
 * Batches and records as text: what `log dump`, tests and messages show.
 *
 *     120..123 4 records lz4 CreateTime 1700000000000..1700000000250 producer 7:0 sequence 40..43 epoch 0
 *     120 1700000000000 ann={"amount":5} trace=1f,origin=NULL
 *     121 1700000000250 NULL=NULL
 */
import {
  NO_PRODUCER_ID,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  codecAt,
  hasDeleteHorizon,
  isControl,
  isTransactional,
  lastOffsetAt,
  lastSequenceAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  timestampTypeAt,
} from './batch.ts'
import { codecs } from './compression.ts'
import { forEachHeader } from './headers.ts'
import type { RecordsView } from './record-reader.ts'

export function batchText(bytes: Uint8Array, at = 0): string {
  const words = [
    `${baseOffsetAt(bytes, at)}..${lastOffsetAt(bytes, at)}`,
    `${recordCountAt(bytes, at)} records`,
    codecs[codecAt(bytes, at)] ?? 'unknown codec',
    timestampTypeAt(bytes, at),
    `${baseTimestampAt(bytes, at)}..${maxTimestampAt(bytes, at)}`,
  ]
  const producerId = producerIdAt(bytes, at)
  if (producerId !== NO_PRODUCER_ID) {
    words.push(`producer ${producerId}:${producerEpochAt(bytes, at)}`)
    const sequence = baseSequenceAt(bytes, at)
    if (sequence >= 0) words.push(`sequence ${sequence}..${lastSequenceAt(bytes, at)}`)
  }
  words.push(`epoch ${leaderEpochAt(bytes, at)}`)
  if (isTransactional(bytes, at)) words.push('transactional')
  if (isControl(bytes, at)) words.push('control')
  if (hasDeleteHorizon(bytes, at)) words.push('horizon')
  return words.join(' ')
}

export function recordText(view: RecordsView, row: number): string {
  const text = (start: number, end: number): string =>
    start < 0 ? 'NULL' : printable(utf8.decode(view.bytes.subarray(start, end)))
  const key = text(view.keyStarts[row]!, view.keyEnds[row]!)
  const value = text(view.valueStarts[row]!, view.valueEnds[row]!)
  const headers: string[] = []
  forEachHeader(view, row, (keyStart, keyEnd, valueStart, valueEnd) => {
    headers.push(`${text(keyStart, keyEnd)}=${text(valueStart, valueEnd)}`)
  })
  const record = `${view.offsets[row]} ${view.timestamps[row]} ${key}=${value}`
  return headers.length === 0 ? record : `${record} ${headers.join(',')}`
}

const utf8 = new TextDecoder()

/** Bytes that mean something to a terminal are told by their numbers. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
