/**
 * A partition as a start finds it. After a clean stop its files are believed. After a crash everything from the recovery
 * point on is read and checked; the log ends before the first byte that is not sound, and what was read is synced before anyone sees it.
 *
 *     segments      [0 … 5000)   [5000 … 7300]~~~       recovery point 6100, the crash tore the end
 *     believed       0 … 6100                            its indexes and producers were synced with it
 *     checked                     6100 … 7300            indexed anew; ~~~ is cut off
 */
import { join } from 'node:path'
import { MillraceError } from '../../base/errors.ts'
import { publishFile } from '../../base/disk.ts'
import type { DataFile, Files } from '../../base/files.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  baseSequenceAt,
  isControl,
  isTransactional,
  lastOffsetAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
} from '../records/batch.ts'
import { readMarker } from '../records/control-record.ts'
import { checkBatches, findBatch } from './batch-scan.ts'
import { settleSwaps } from './compaction/swap.ts'
import { EpochHistory } from './epoch-history.ts'
import type { IndexMark } from './index-mark.ts'
import { parseSegmentFile, segmentFile } from './names.ts'
import type { OpenFiles } from './open-files.ts'
import { decodeProducers, encodeProducers } from './producer-snapshot.ts'
import { ProducerStates } from './producer-states.ts'
import { Segment } from './segment.ts'

export interface RecoveryOptions {
  /** The first offset that may be read. */
  readonly startOffset: number
  /** Everything below is durable, indexed, and known of producers. */
  readonly recoveryPoint: number
  /** The offset of the snapshot that goes with the recovery point, −1 when there was nothing to know; undefined: look for one. */
  readonly snapshotOffset: number | undefined
  /** What the index files of the segment at the recovery point must have, to be believed after a crash. */
  readonly indexMark: IndexMark | undefined
  /** The last stop was clean: the log ends at the recovery point, and nothing has to be read. */
  readonly clean: boolean
  /** A sync failed before: what is read may be in the page cache alone, and is written again. */
  readonly rewrite?: boolean
  /** The log is read anew while it has readers. */
  readonly running?: boolean
  /** Batches from this offset on do not count. */
  readonly cut?: number
  readonly indexIntervalBytes: number
}

export interface RecoveredLog {
  readonly segments: Segment[]
  readonly producers: ProducerStates
  readonly epochs: EpochHistory
  readonly startOffset: number
  readonly recoveryPoint: number
  readonly snapshotOffset: number
  readonly indexMark: IndexMark | undefined
  /** There is no directory yet. */
  readonly fresh: boolean
  /** Some segment lists an aborted transaction. */
  readonly hasAborted: boolean
  /** Bytes that were not sound, or stood behind such. */
  readonly lostBytes: number
  readonly checkedBytes: number
}

export async function recoverLog(open: OpenFiles, directory: string, options: RecoveryOptions): Promise<RecoveredLog> {
  const { files } = open
  const names = await settleSwaps(files, directory, await files.list(directory), options.running ?? false)
  const found = names
    .map(parseSegmentFile)
    .filter(file => file?.kind === 'log')
    .map(file => file!.offset)
    .toSorted((a, b) => a - b)
  // A log begins where it may be read, or earlier. What stands behind a hole there was not durable; the batch journal has what counts.
  const hole = found.length > 0 && found[0]! > Math.max(options.startOffset, options.recoveryPoint)
  if (hole) for (const base of found) await removeSegment(files, directory, base)
  // What was being deleted when the last run ended may have lost its index, or what stood between it and the start. Of a log
  // that runs, retention takes care; its recovery point may not be saved yet.
  const isGone = (next: number) => !options.running && next <= options.startOffset && next < options.recoveryPoint
  const gone = found.filter((_, i) => !hole && i + 1 < found.length && isGone(found[i + 1]!))
  for (const base of gone) await removeSegment(files, directory, base)
  const bases = hole ? [] : found.slice(gone.length)
  const removed = new Set(hole ? found : gone)
  const snapshots = names.map(parseSegmentFile).filter(file => file?.kind === 'snapshot' && !removed.has(file.offset))
  const snapshotsUpTo = (most: number) => snapshots.map(file => file!.offset).filter(offset => offset <= most)
  if (bases.length === 0) {
    const empty = fresh(open, directory, options, names.length === 0)
    if (options.snapshotOffset !== -1)
      await restoreProducers(files, directory, snapshotsUpTo(options.recoveryPoint), empty.producers, 0)
    return empty
  }

  const segments: Segment[] = []
  for (const base of bases) {
    const segment = new Segment(directory, base, open, true)
    segment.adopt((await files.status(segmentFile(directory, base, 'log')))!.bytes, base)
    segments.push(segment)
  }
  for (let i = 0; i + 1 < segments.length; i++) segments[i]!.adopt(segments[i]!.bytes, segments[i + 1]!.baseOffset)
  const epochs = await EpochHistory.load(files, directory)

  const recoveryPoint = Math.min(options.recoveryPoint, await indexedUpTo(segments, options))
  const producers = new ProducerStates()
  let from = recoveryPoint
  if (options.snapshotOffset !== -1)
    // One from before the first segment lacks what was deleted since.
    from = await restoreProducers(
      files,
      directory,
      snapshotsUpTo(recoveryPoint).filter(at => at >= bases[0]!),
      producers,
      bases[0]!,
    )
  from = Math.max(from, bases[0]!)

  let state: Omit<RecoveredLog, 'lostBytes' | 'checkedBytes'> & { lostBytes: number; checkedBytes: number } = {
    segments,
    producers,
    epochs,
    startOffset: Math.max(options.startOffset, bases[0]!),
    recoveryPoint,
    snapshotOffset: options.snapshotOffset ?? -1,
    indexMark: options.indexMark,
    fresh: false,
    hasAborted: names.some(name => parseSegmentFile(name)?.kind === 'txnindex'),
    lostBytes: 0,
    checkedBytes: 0,
  }
  const first = segments.findLastIndex(segment => segment.baseOffset <= from)
  for (let i = Math.max(0, first); i < segments.length; i++) {
    const segment = segments[i]!
    const file = await segment.file.get()
    const bytes = segment.bytes
    const start = await startIn(segment, file, Math.max(from, segment.baseOffset), bytes)
    if (options.clean && from === options.recoveryPoint) {
      await segment.resume(bytes, i + 1 < segments.length ? segment.endOffset : options.recoveryPoint)
      await firstTimestamp(segment, file)
      continue
    }
    await segment.resume(start.position, start.offset)
    // A later start may have to begin with this segment, when those before it are deleted. A file of that name need not be whole, or durable.
    if (start.offset === segment.baseOffset && producers.size > 0)
      await publishFile(files, directory, segmentFile('', segment.baseOffset, 'snapshot'), encodeProducers(producers))
    const known = segment.baseOffset === options.indexMark?.baseOffset && start.offset === options.recoveryPoint
    if (known) segment.timestamps = options.indexMark.timestamps
    else if (start.position > 0) await firstTimestamp(segment, file)
    const end = await replay(segment, file, bytes, {
      producers,
      epochs,
      cut: options.cut ?? Number.POSITIVE_INFINITY,
      indexIntervalBytes: options.indexIntervalBytes,
    })
    state.checkedBytes += end - start.position
    if (options.rewrite) await writeAgain(file, start.position, end)
    const next = segments[i + 1]
    if (end < bytes && segment.endOffset < options.recoveryPoint)
      throw damaged(file.path, end, segment.endOffset, options.recoveryPoint)
    // Behind the recovery point a segment begins where the one before it ends, or what lay between was lost.
    const hole = next !== undefined && next.baseOffset > options.recoveryPoint && next.baseOffset !== segment.endOffset
    if (end === bytes && !hole) {
      if (!options.clean) await files.sync([file], 'upkeep')
      // Compaction leaves offsets at its end that nothing stands at.
      if (next !== undefined) segment.adopt(segment.bytes, next.baseOffset)
      continue
    }
    state.lostBytes += bytes - end + segments.slice(i + 1).reduce((sum, later) => sum + later.bytes, 0)
    await file.truncate(end)
    await files.sync([file], 'upkeep')
    for (const later of segments.splice(i + 1)) {
      later.file.close()
      // What producers had sent up to the recovery point stays known, whatever began there.
      await removeSegment(files, directory, later.baseOffset, later.baseOffset !== options.snapshotOffset)
    }
    break
  }
  // A name that nobody synced may be as new as what was read.
  if (!options.clean && state.checkedBytes > 0) await files.syncDirectory(directory)
  epochs.truncate(segments.at(-1)!.endOffset)
  const aborted = await Promise.all(segments.slice(Math.max(0, first)).map(segment => segment.aborted()))
  return { ...state, hasAborted: state.hasAborted || aborted.some(list => list.length > 0) }
}

function fresh(open: OpenFiles, directory: string, options: RecoveryOptions, noDirectory: boolean): RecoveredLog {
  const { startOffset, recoveryPoint, snapshotOffset = -1 } = options
  return {
    segments: [new Segment(directory, recoveryPoint, open, false)],
    producers: new ProducerStates(),
    epochs: new EpochHistory(),
    startOffset,
    recoveryPoint,
    snapshotOffset,
    indexMark: undefined,
    fresh: noDirectory,
    hasAborted: false,
    lostBytes: 0,
    checkedBytes: 0,
  }
}

async function removeSegment(files: Files, directory: string, base: number, snapshotToo = true): Promise<void> {
  for (const kind of ['log', 'index', 'timeindex', 'txnindex'] as const) await files.remove(segmentFile(directory, base, kind))
  if (snapshotToo) await files.remove(segmentFile(directory, base, 'snapshot'))
}

/** Up to where the indexes can be believed after a crash: before the segment whose files are not what the recovery point says. */
async function indexedUpTo(
  segments: readonly Segment[],
  { clean, indexMark, rewrite = false }: RecoveryOptions,
): Promise<number> {
  const marked = clean ? undefined : segments.find(segment => segment.baseOffset === indexMark?.baseOffset)
  if (marked === undefined) return Number.POSITIVE_INFINITY
  marked.sealed = false
  marked.unsyncedIndexes = true
  return !rewrite && (await marked.holds(indexMark!)) ? Number.POSITIVE_INFINITY : marked.baseOffset
}

/** The system takes pages whose sync failed for clean ones: they are on the disk once they were written and synced anew. */
async function writeAgain(file: DataFile, from: number, to: number): Promise<void> {
  const buffer = new Uint8Array(Math.min(REWRITE_BYTES, to - from))
  for (let at = from; at < to; at += buffer.length) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, to - at))
    await file.read(bytes, at)
    await file.write([bytes], at)
  }
}

const REWRITE_BYTES = 1024 * 1024

/** The newest snapshot that is whole; answers its offset, or `none` without one. */
async function restoreProducers(
  files: Files,
  directory: string,
  candidates: readonly number[],
  into: ProducerStates,
  none: number,
): Promise<number> {
  for (const offset of candidates.toSorted((a, b) => b - a))
    if (decodeProducers(await files.read(segmentFile(directory, offset, 'snapshot')), into)) return offset
  return none
}

/** Where the batch with `offset`, or the first behind it, starts. */
async function startIn(
  segment: Segment,
  file: DataFile,
  offset: number,
  bytes: number,
): Promise<{ position: number; offset: number }> {
  if (offset <= segment.baseOffset) return { position: 0, offset: segment.baseOffset }
  const index = await segment.offsets()
  const from = Math.min(index.positionFor(offset - segment.baseOffset), bytes)
  const batch = await findBatch(file, from, bytes, offset)
  // Nothing at or behind the offset: what stands behind the last batch before it is looked at from there.
  if (batch === undefined) return { position: await endBehind(file, from, bytes, offset), offset }
  return { position: batch.position, offset: batch.baseOffset }
}

async function endBehind(file: DataFile, from: number, bytes: number, offset: number): Promise<number> {
  let end = from
  for (;;) {
    const batch = await findBatch(file, end, bytes, 0)
    if (batch === undefined || batch.baseOffset >= offset || batch.position + batch.bytes > bytes) return end
    end = batch.position + batch.bytes
  }
}

async function firstTimestamp(segment: Segment, file: DataFile): Promise<void> {
  const header = new Uint8Array(BATCH_HEADER_BYTES)
  if ((await file.read(header, 0)) === BATCH_HEADER_BYTES) segment.firstTimestamp = maxTimestampAt(header, 0)
}

const damaged = (path: string, position: number, offset: number, recoveryPoint: number): MillraceError =>
  new MillraceError(
    'LOG_CORRUPT',
    'external',
    `${path} is damaged at byte ${position} (offset ${offset}), although everything below offset ${recoveryPoint} was synced`,
    { hint: 'the disk lost what it had promised to keep: restore the directory from a backup' },
  )

interface Replayed {
  readonly producers: ProducerStates
  readonly epochs: EpochHistory
  readonly cut: number
  readonly indexIntervalBytes: number
}

/** Takes in every sound batch behind what the segment knows already; answers where they end. */
function replay(
  segment: Segment,
  file: DataFile,
  bytes: number,
  { producers, epochs, cut, indexIntervalBytes }: Replayed,
): Promise<number> {
  return checkBatches(file, segment.bytes, bytes, (buffer, at, size) => {
    const baseOffset = baseOffsetAt(buffer, at)
    const lastOffset = lastOffsetAt(buffer, at)
    if (baseOffset < segment.endOffset || baseOffset >= cut) return false
    const timestamp = maxTimestampAt(buffer, at)
    const position = segment.add({ lastOffset, bytes: size, maxTimestamp: timestamp }, indexIntervalBytes)
    epochs.append(leaderEpochAt(buffer, at), baseOffset)
    const producerId = producerIdAt(buffer, at)
    if (isControl(buffer, at)) {
      const marker = recordCountAt(buffer, at) === 0 ? undefined : readMarker(buffer, at)
      if (marker === undefined) return true
      const firstOffset = producers.appendMarker(
        producerId,
        producerEpochAt(buffer, at),
        marker.coordinatorEpoch,
        lastOffset,
        timestamp,
      )
      if (firstOffset >= 0 && marker.type === 'ABORT') {
        const open = producers.firstOpenBut(producerId)
        segment.addAborted({ producerId, firstOffset, lastOffset, lastStableOffset: open < 0 ? lastOffset + 1 : open })
      }
    } else if (producerId >= 0) {
      producers.append(
        {
          producerId,
          epoch: producerEpochAt(buffer, at),
          baseSequence: baseSequenceAt(buffer, at),
          lastOffsetDelta: lastOffsetDeltaAt(buffer, at),
          timestamp,
          transactional: isTransactional(buffer, at),
        },
        baseOffset,
        position,
      )
    }
    return true
  })
}

/** The topic id that a partition's directory was made for; undefined when it does not say. */
export async function topicIdOf(files: Files, directory: string): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await files.read(join(directory, 'partition.metadata')))
    return /^topic_id: (\S+)$/m.exec(text)?.[1]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
