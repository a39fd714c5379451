/**
 * Records that a Kafka keeps for itself, oldest first: of `__cluster_metadata`, `__consumer_offsets`, `__transaction_state`.
 * Records of a transaction come when it was committed; what was aborted never comes, and what is open is told.
 */
import { join } from 'node:path'
import type { Files } from '../../../base/files.ts'
import { segmentFile } from '../../log/names.ts'
import { baseOffsetAt, isControl, isTransactional, producerIdAt, recordCountAt } from '../../records/batch.ts'
import { readMarker } from '../../records/control-record.ts'
import { RecordReader } from '../../records/record-reader.ts'
import { partitionFiles } from '../partition-files.ts'
import { walkBatches } from '../segment-walk.ts'

export interface OwnRecord {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** Answers the producers whose transactions are open at the end. */
export async function readOwnLog(
  files: Files,
  directory: string,
  visit: (record: OwnRecord) => void,
  from = 0,
): Promise<readonly number[]> {
  const pending = new Map<number, OwnRecord[]>()
  for (const base of (await partitionFiles(directory)).bases) {
    await readBatches(files, segmentFile(directory, base, 'log'), (bytes, at, records) => {
      const producerId = producerIdAt(bytes, at)
      if (isControl(bytes, at)) {
        const marker = recordCountAt(bytes, at) === 0 ? undefined : readMarker(bytes, at)
        if (marker?.type === 'COMMIT') for (const record of pending.get(producerId) ?? []) visit(record)
        if (marker !== undefined) pending.delete(producerId)
        return
      }
      const wanted = records().filter(({ offset }) => offset >= from)
      if (!isTransactional(bytes, at)) for (const record of wanted) visit(record)
      else if (pending.has(producerId)) pending.get(producerId)!.push(...wanted)
      else pending.set(producerId, [...wanted])
    })
  }
  return [...pending.keys()]
}

/** A file of batches, as a snapshot of KRaft is one. */
export async function readOwnFile(files: Files, path: string, visit: (record: OwnRecord) => void): Promise<void> {
  await readBatches(files, path, (bytes, at, records) => {
    if (!isControl(bytes, at)) for (const record of records()) visit(record)
  })
}

async function readBatches(
  files: Files,
  path: string,
  visit: (bytes: Uint8Array, at: number, records: () => readonly OwnRecord[]) => void,
): Promise<void> {
  const file = await files.open(path, 'read')
  const reader = new RecordReader({ name: path, maxBatchBytes: 1 << 30 })
  try {
    await walkBatches(file, 0, await file.bytes(), (bytes, at) => {
      visit(bytes, at, () => recordsAt(reader, bytes, at))
      return baseOffsetAt(bytes, at) >= 0
    })
  } finally {
    file.close()
  }
}

/** Copies: the buffer they lie in is filled anew. */
function recordsAt(reader: RecordReader, bytes: Uint8Array, at: number): readonly OwnRecord[] {
  const view = reader.read(bytes, at)
  const slice = (start: number, end: number) => (start < 0 ? null : view.bytes.slice(start, end))
  return Array.from({ length: view.count }, (_, row) => ({
    offset: view.offsets[row]!,
    key: slice(view.keyStarts[row]!, view.keyEnds[row]!),
    value: slice(view.valueStarts[row]!, view.valueEnds[row]!),
  }))
}

/** The newest snapshot of KRaft's log in its directory: `00000000000000004711-0000000003.checkpoint`, and the offset behind it. */
export function newestSnapshot(
  directory: string,
  names: Iterable<string>,
): { readonly path: string; readonly end: number } | undefined {
  const found = Array.from(names, name => /^(\d{20})-\d{10}\.checkpoint$/.exec(name)).filter(match => match !== null)
  const newest = found.toSorted((a, b) => (a[0] < b[0] ? -1 : 1)).at(-1)
  return newest === undefined ? undefined : { path: join(directory, newest[0]), end: Number(newest[1]) }
}
