/**
 * Is a partition whole? Every batch is read: size, checksum, offsets and leader epochs that grow; then the indexes, the
 * transaction index and producer snapshots are held against the batches.
 *
 * What a start after a crash would cut off or make anew (it lies behind the recovery point) is a note, everything else a problem.
 */
import { join } from 'node:path'
import type { DataFile, Files } from '../../base/files.ts'
import { MillraceError } from '../../base/errors.ts'
import { baseOffsetAt, isControl, lastOffsetAt, leaderEpochAt, maxTimestampAt, recordCountAt } from '../records/batch.ts'
import { type TransactionMarker, readMarker } from '../records/control-record.ts'
import { RecordReader } from '../records/record-reader.ts'
import { readCheckpoint } from '../log/checkpoint-file.ts'
import { segmentFile } from '../log/names.ts'
import { decodeProducers } from '../log/producer-snapshot.ts'
import { ProducerStates } from '../log/producer-states.ts'
import { topicIdOf } from '../log/recovery.ts'
import { ABORTED_ENTRY_BYTES, decodeAborted } from '../log/transaction-index.ts'
import type { Finding } from './finding.ts'
import { type PartitionFiles, partitionFiles } from './partition-files.ts'
import { isMissing, partitionNameOf } from './place.ts'
import { walkBatches } from './segment-walk.ts'
import { IndexCheck } from './verify-indexes.ts'
import { TransactionWalk } from './verify-transactions.ts'

export interface PartitionReport {
  readonly name: string
  readonly topicId: string | undefined
  segments: number
  batches: number
  records: number
  bytes: number
  startOffset: number
  endOffset: number
  /** Offsets that no batch has any more: compaction took them. */
  missingOffsets: number
  /** Producers whose transactions are open, and since which offset. */
  readonly openTransactions: ReadonlyMap<number, number>
  readonly problems: Finding[]
  readonly notes: Finding[]
}

export interface VerifyOptions {
  readonly files: Files
  /** Records, too: each is decoded. */
  readonly deep: boolean
  /** The log was in order up to here for sure; undefined: all of it was, the broker stopped cleanly. */
  readonly recoveryPoint: number | undefined
  /** The first offset that may be read, where that is known. */
  readonly startOffset: number
  /** Called as bytes are done with. */
  progress(bytes: number): void
}

export async function verifyPartition(directory: string, options: VerifyOptions): Promise<PartitionReport> {
  const walk = new PartitionWalk(directory, await partitionFiles(directory), options, await topicIdOf(options.files, directory))
  await walk.run()
  return walk.report
}

class PartitionWalk {
  readonly report: PartitionReport
  readonly #directory: string
  readonly #found: PartitionFiles
  readonly #options: VerifyOptions
  readonly #transactions = new TransactionWalk()
  readonly #records: RecordReader
  #epochs: readonly (readonly [epoch: number, offset: number])[] = []
  #epoch = -1

  constructor(directory: string, found: PartitionFiles, options: VerifyOptions, topicId: string | undefined) {
    this.#directory = directory
    this.#found = found
    this.#options = options
    this.#records = new RecordReader({ name: partitionNameOf(directory), maxBatchBytes: 1 << 30 })
    const startOffset = Math.max(options.startOffset, found.bases[0] ?? 0)
    this.report = {
      name: partitionNameOf(directory),
      topicId,
      segments: 0,
      batches: 0,
      records: 0,
      bytes: 0,
      startOffset,
      endOffset: found.bases[0] ?? startOffset,
      missingOffsets: 0,
      openTransactions: this.#transactions.open,
      problems: [],
      notes: [],
    }
  }

  async run(): Promise<void> {
    const { bases, leftovers } = this.#found
    if (leftovers.length > 0)
      this.#note({ path: this.#directory, what: `${leftovers.length} files of a compaction under way: ${leftovers[0]}` })
    await this.#readEpochs()
    let whole = true
    for (const [i, base] of bases.entries()) if (whole) whole = await this.#segment(base, bases[i + 1])
    await this.#checkSnapshots(whole)
    await this.#checkKraftSnapshots()
  }

  /** Answers whether the log goes on behind the segment. */
  async #segment(base: number, next: number | undefined): Promise<boolean> {
    const { report } = this
    const path = segmentFile(this.#directory, base, 'log')
    // Behind the recovery point a start looks at everything, and makes indexes anew.
    const settled = this.#options.recoveryPoint === undefined || (next !== undefined && next <= this.#recoveryPoint)
    if (base > report.endOffset && report.segments > 0) report.missingOffsets += base - report.endOffset
    if (base < report.endOffset)
      this.#problem({ path, offset: base, what: `the segment before it ends at offset ${report.endOffset}` })
    const opened = await this.#open(path)
    if (opened === undefined) return true
    const { file, bytes } = opened
    try {
      const indexes = await this.#indexes(base, settled)
      report.segments++
      report.endOffset = Math.max(report.endOffset, base)
      const end = await walkBatches(file, 0, bytes, (buffer, at, size, position) => {
        this.#options.progress(size)
        return this.#batch(path, buffer, at, size, position, indexes)
      })
      report.bytes += end.position
      const whole = end.position === bytes
      if (end.fault !== undefined) this.#cut(path, end.position, bytes, end.fault)
      // Behind damage the indexes and snapshots tell of what can't be read, and nothing new.
      const ofIndexes = whole ? indexes.end(end.position, report.endOffset) : indexes.found
      const found = [...ofIndexes, ...(await this.#aborted(base))]
      for (const finding of found) this.#ofIndex(finding, !settled && report.endOffset >= this.#recoveryPoint)
      return whole
    } finally {
      file.close()
    }
  }

  #batch(path: string, bytes: Uint8Array, at: number, size: number, position: number, indexes: IndexCheck): boolean {
    const { report } = this
    const [first, last] = [baseOffsetAt(bytes, at), lastOffsetAt(bytes, at)]
    const wrong = (what: string) => this.#problem({ path, position, offset: first, what })
    if (first < report.endOffset) {
      wrong(`offset ${report.endOffset} or a later one should follow`)
      return false
    }
    report.missingOffsets += first - report.endOffset
    report.batches++
    report.records += recordCountAt(bytes, at)
    report.endOffset = last + 1
    const epoch = leaderEpochAt(bytes, at)
    if (epoch < this.#epoch) wrong(`leader epoch ${epoch} stands behind ${this.#epoch}`)
    this.#epoch = Math.max(epoch, this.#epoch)
    this.#checkEpoch(path, position, first, epoch)
    indexes.batch(position, first, last, maxTimestampAt(bytes, at))
    try {
      const marker = isControl(bytes, at) && recordCountAt(bytes, at) > 0 ? readMarker(bytes, at) : undefined
      if (!isControl(bytes, at) || marker !== undefined) this.#transactions.batch(bytes, at, marker as TransactionMarker)
      if (this.#options.deep) this.#checkRecords(bytes, at, wrong)
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      this.#records.reset()
      wrong(error.message)
    }
    return size > 0
  }

  #checkRecords(bytes: Uint8Array, at: number, wrong: (what: string) => void): void {
    const { count, offsets, timestamps } = this.#records.read(bytes, at)
    const [first, last, latest] = [baseOffsetAt(bytes, at), lastOffsetAt(bytes, at), maxTimestampAt(bytes, at)]
    let before = first - 1
    let greatest = -1
    for (let row = 0; row < count; row++) {
      const offset = offsets[row]!
      if (offset <= before || offset > last)
        return wrong(`record ${row} has offset ${offset}, behind ${before} of ${first}..${last}`)
      before = offset
      greatest = Math.max(greatest, timestamps[row]!)
    }
    if (greatest > latest) wrong(`a record of ${greatest} is later than the batch says, ${latest}`)
  }

  #cut(path: string, position: number, bytes: number, fault: { what: string; offset: number | undefined }): void {
    const finding = { path, position, offset: fault.offset ?? this.report.endOffset }
    if (this.report.endOffset >= this.#recoveryPoint)
      return this.#note({ ...finding, what: `${fault.what}; the next start cuts off ${bytes - position} bytes` })
    this.#problem({ ...finding, what: fault.what })
  }

  /** Everything below is in order, or damaged. */
  get #recoveryPoint(): number {
    return this.#options.recoveryPoint ?? Number.POSITIVE_INFINITY
  }

  #ofIndex(finding: Finding, madeAnew: boolean): void {
    if (madeAnew) this.#note({ ...finding, what: `${finding.what}; the next start makes it anew` })
    else this.#problem(finding)
  }

  async #indexes(base: number, due: boolean): Promise<IndexCheck> {
    const [index, timeIndex] = ['index', 'timeindex'].map(kind => segmentFile(this.#directory, base, kind as 'index')) as [
      string,
      string,
    ]
    const [bytes, timeBytes] = [await this.#read(index), await this.#read(timeIndex)]
    // Those of a segment that is written to come with the next checkpoint, or a start.
    for (const [path, found] of [
      [index, bytes],
      [timeIndex, timeBytes],
    ] as const)
      if (found === undefined && due) this.#problem({ path, what: 'the file is missing' })
    return new IndexCheck(base, { path: index, bytes: bytes ?? NOTHING }, { path: timeIndex, bytes: timeBytes ?? NOTHING })
  }

  async #aborted(base: number): Promise<readonly Finding[]> {
    const path = segmentFile(this.#directory, base, 'txnindex')
    const bytes = (await this.#read(path)) ?? NOTHING
    const listed = decodeAborted(bytes)
    const found = this.#transactions.endSegment(path, listed, this.report.startOffset)
    const end = listed.length * ABORTED_ENTRY_BYTES
    return end === bytes.length ? found : [...found, { path, position: end, what: 'an entry is not sound' }]
  }

  async #readEpochs(): Promise<void> {
    const path = join(this.#directory, 'leader-epoch-checkpoint')
    const lines = await readCheckpoint(this.#options.files, path)
    if (lines === undefined) {
      if (this.#found.names.has('leader-epoch-checkpoint')) this.#problem({ path, what: 'the file is not whole' })
      return
    }
    this.#epochs = lines.map(([epoch, offset]) => [Number(epoch), Number(offset)] as const)
    for (const [i, [epoch, offset]] of this.#epochs.entries()) {
      const before = this.#epochs[i - 1]
      if (before !== undefined && (epoch <= before[0] || offset <= before[1]))
        this.#problem({ path, offset, what: `epoch ${epoch} does not follow epoch ${before[0]} from offset ${before[1]}` })
    }
  }

  #checkEpoch(path: string, position: number, offset: number, epoch: number): void {
    const known = this.#epochs.findLast(([, from]) => from <= offset)
    // Epochs before the first that is known were deleted; those behind the recovery point are noted with the next one.
    if (known === undefined || known[0] === epoch || offset >= this.#recoveryPoint) return
    this.#problem({ path, position, offset, what: `leader epoch ${epoch}, where leader-epoch-checkpoint has ${known[0]}` })
  }

  async #checkSnapshots(whole: boolean): Promise<void> {
    for (const offset of this.#found.snapshots) {
      const path = segmentFile(this.#directory, offset, 'snapshot')
      const bytes = await this.#read(path)
      if (bytes === undefined) continue
      if (!decodeProducers(bytes, new ProducerStates()))
        this.#ofIndex({ path, offset, what: 'the snapshot of producers is not whole' }, offset > this.#recoveryPoint)
      else if (whole && offset > this.report.endOffset)
        this.#ofIndex({ path, offset, what: `the log ends before it, at ${this.report.endOffset}` }, offset > this.#recoveryPoint)
    }
  }

  /** Snapshots of a metadata log, which hold batches. */
  async #checkKraftSnapshots(): Promise<void> {
    for (const name of this.#found.names) {
      if (!/^\d{20}-\d{10}\.checkpoint$/.test(name)) continue
      const path = join(this.#directory, name)
      const opened = await this.#open(path)
      if (opened === undefined) continue
      const { position, fault } = await walkBatches(opened.file, 0, opened.bytes, () => true).finally(() => opened.file.close())
      if (fault !== undefined) this.#problem({ path, position, offset: fault.offset, what: fault.what })
    }
  }

  async #open(path: string): Promise<{ readonly file: DataFile; readonly bytes: number } | undefined> {
    try {
      const file = await this.#options.files.open(path, 'read')
      return { file, bytes: await file.bytes() }
    } catch (error) {
      if (!isMissing(error)) throw error
      this.#problem({ path, what: 'the file went away while it was looked at' })
      return undefined
    }
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.files.read(path)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  #problem(finding: Finding): void {
    this.report.problems.push(finding)
  }

  #note(finding: Finding): void {
    this.report.notes.push(finding)
  }
}

const NOTHING = new Uint8Array()
