/**
 * A partition's files as text: segments, their batches, and what is in them.
 *
 *     0:            the segment that starts there
 *     0..3          a batch, with what is special about it
 *       2 ann=5     a record
 */
import type { Files } from '../base/files.ts'
import { parseSegmentFile, segmentFile } from '../kafka/log/names.ts'
import {
  checkBatch,
  codecAt,
  forEachBatch,
  hasDeleteHorizon,
  isControl,
  isTransactional,
  baseOffsetAt,
  lastOffsetAt,
  producerIdAt,
} from '../kafka/records/batch.ts'
import { recordText } from '../kafka/records/batch-text.ts'
import { codecs } from '../kafka/records/compression.ts'
import { readMarker } from '../kafka/records/control-record.ts'
import { RecordReader } from '../kafka/records/record-reader.ts'

export async function logText(files: Files, directory: string): Promise<string> {
  const bases = (await files.list(directory)).map(parseSegmentFile).filter(file => file?.kind === 'log')
  const lines: string[] = []
  for (const { offset } of bases.map(file => file!).toSorted((a, b) => a.offset - b.offset)) {
    lines.push(`${offset}:`)
    lines.push(...batchLines(await files.read(segmentFile(directory, offset, 'log'))))
  }
  return lines.join('\n')
}

/** Of batches one behind the other. Timestamps are left out. */
export function batchLines(bytes: Uint8Array): string[] {
  const reader = new RecordReader()
  const lines: string[] = []
  const end = forEachBatch(bytes, (at, batchEnd) => {
    const fault = checkBatch(bytes, at, batchEnd)
    if (fault !== undefined) throw new Error(`the batch at ${at} is not sound: ${fault}`)
    const words = [`${baseOffsetAt(bytes, at)}..${lastOffsetAt(bytes, at)}`]
    if (codecAt(bytes, at) !== 0) words.push(codecs[codecAt(bytes, at)]!)
    if (producerIdAt(bytes, at) >= 0) words.push(`of ${producerIdAt(bytes, at)}`)
    if (isTransactional(bytes, at)) words.push('transactional')
    if (hasDeleteHorizon(bytes, at)) words.push('horizon')
    const view = reader.read(bytes, at)
    if (view.count === 0) words.push('empty')
    else if (isControl(bytes, at)) words.push(readMarker(bytes, at)?.type ?? 'control')
    lines.push(words.join(' '))
    if (isControl(bytes, at)) return
    for (let row = 0; row < view.count; row++) lines.push(`  ${recordText(view, row).replace(/ -?\d+ /, ' ')}`)
  })
  if (end !== bytes.length) lines.push(`${bytes.length - end} bytes more`)
  return lines
}
