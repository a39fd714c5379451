/**
 * `log import`: the directory that a real Kafka left, as one that our broker starts on. The original stays as it is.
 *
 *     kafka-logs/  ── read and checked ──►  data.partial/  ── opened by a broker, compared ──►  data/
 *
 * Segments are taken as they are; closed ones may get a second name instead of a copy. What KRaft's log, `__consumer_offsets`
 * and `__transaction_state` say goes to the state journal.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { systemClock, systemTimers } from '../../../base/clock.ts'
import { publishFile } from '../../../base/disk.ts'
import { MillraceError } from '../../../base/errors.ts'
import type { Files } from '../../../base/files.ts'
import { nodeFiles } from '../../../base/node-files.ts'
import { systemRandom } from '../../../base/random.ts'
import { Broker } from '../../broker/broker.ts'
import { writeCheckpoint } from '../../log/checkpoint-file.ts'
import { writeLeaderEpoch, writeMeta } from '../../log/directory-files.ts'
import { RECOVERY_POINTS } from '../../log/recovery-points.ts'
import { segmentFile } from '../../log/names.ts'
import { decodeProducers } from '../../log/producer-snapshot.ts'
import { ProducerStates } from '../../log/producer-states.ts'
import { snapshotOf } from '../../log/state-journal.ts'
import { checkTarget } from '../backup.ts'
import { type FileToCopy, copyFiles, syncPath } from '../copy-tree.ts'
import { partitionFiles } from '../partition-files.ts'
import { journalEntries } from './journal-entries.ts'
import { type ImportPlan, type PartitionPlan, planImport } from './plan.ts'

export interface ImportRequest {
  /** Second names for closed segments where the file system has them; false: every byte is copied. */
  readonly links: boolean
  /** Read and check everything, and write nothing. */
  readonly dryRun?: boolean
  progress?(done: { readonly bytes: number; readonly totalBytes: number; readonly at: string }): void
}

export interface Imported {
  readonly plan: ImportPlan
  readonly copiedBytes: number
  readonly linkedBytes: number
}

export async function importKafka(from: string, to: string, request: ImportRequest): Promise<Imported> {
  const files = nodeFiles()
  try {
    const progress = (bytes: number, totalBytes: number, at: string) => request.progress?.({ bytes, totalBytes, at })
    await checkTarget(from, to)
    const plan = await planImport(from, { files, progress })
    if (request.dryRun === true) return { plan, copiedBytes: 0, linkedBytes: 0 }
    const partial = `${resolve(to)}.partial`
    await rm(partial, { recursive: true, force: true })
    try {
      const written = await write(files, plan, partial, request)
      await open(files, plan, partial)
      await rm(to, { recursive: true, force: true })
      await rename(partial, to)
      await syncPath(dirname(resolve(to)))
      return { plan, ...written }
    } catch (error) {
      await rm(partial, { recursive: true, force: true })
      throw error
    }
  } finally {
    await files.close()
  }
}

async function write(
  files: Files,
  plan: ImportPlan,
  partial: string,
  request: ImportRequest,
): Promise<{ readonly copiedBytes: number; readonly linkedBytes: number }> {
  await mkdir(partial, { recursive: true })
  const list: FileToCopy[] = []
  const points: (readonly (string | number)[])[] = []
  for (const { topic, partitions } of plan.topics) {
    for (const partition of partitions) {
      if (partition.bases.length === 0 || partition.report.endOffset === 0) continue
      const snapshot = await newestProducers(files, plan, partition)
      list.push(...(await filesOf(plan, partition, snapshot)))
      // Closed segments are believed: they were just read. The last one is indexed anew.
      points.push([topic.name, partition.partition, partition.bases.at(-1)!, snapshot ?? 0, topic.id])
    }
  }
  const totalBytes = list.reduce((sum, file) => sum + file.size, 0)
  let done = 0
  const progress = (size: number, at: string) => request.progress?.({ bytes: (done += size), totalBytes, at })
  const written = await copyFiles(list, partial, { links: request.links, progress })
  await mkdir(join(partial, 'journal'))
  await publishFile(files, join(partial, 'journal'), '00000001.snapshot', snapshotOf(journalEntries(plan, systemClock.nowMs())))
  await writeCheckpoint(files, join(partial, RECOVERY_POINTS), points)
  // Epochs go on behind those of the Kafka, so that consumers notice where they stand.
  await writeLeaderEpoch(files, partial, plan.maxLeaderEpoch)
  await writeMeta(files, partial, plan.meta)
  return written
}

/** The offset of the newest snapshot of producers that a start can begin with. */
async function newestProducers(files: Files, { from }: ImportPlan, { name, bases }: PartitionPlan): Promise<number | undefined> {
  const { snapshots } = await partitionFiles(join(from, name))
  for (const offset of snapshots.filter(each => each <= bases.at(-1)!).toReversed()) {
    const bytes = await files.read(segmentFile(join(from, name), offset, 'snapshot'))
    if (decodeProducers(bytes, new ProducerStates())) return offset
  }
  return undefined
}

async function filesOf(
  { from }: ImportPlan,
  { name, bases }: PartitionPlan,
  snapshot: number | undefined,
): Promise<readonly FileToCopy[]> {
  const { names } = await partitionFiles(join(from, name))
  const found: FileToCopy[] = []
  const add = async (file: string, linkable: boolean) => {
    if (!names.has(file)) return
    const path = join(from, name, file)
    found.push({ from: path, to: join(name, file), linkable, size: (await stat(path)).size })
  }
  for (const base of bases) {
    const closed = base !== bases.at(-1)
    await add(segmentFile('', base, 'log'), closed)
    for (const kind of ['index', 'timeindex', 'txnindex'] as const) if (closed) await add(segmentFile('', base, kind), false)
  }
  if (snapshot !== undefined) await add(segmentFile('', snapshot, 'snapshot'), false)
  await add('leader-epoch-checkpoint', false)
  await add('partition.metadata', false)
  return found
}

/** A broker opens what was written, has to find what was read, and leaves it as a clean stop does. */
async function open(files: Files, plan: ImportPlan, path: string): Promise<void> {
  const broker = await Broker.start({
    files,
    path,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    durability: 'group',
    flushIntervalMs: 1000,
    clusterId: undefined,
    properties: {},
    listeners: [],
    listen: false,
    log: () => {},
  })
  const wrong: string[] = []
  for (const { topic, partitions } of plan.topics) {
    for (const { partition, report, startOffset } of partitions) {
      const log = broker.topics.withId(topic.id)?.partitions[partition]
      if (log?.endOffset !== report.endOffset || log.startOffset !== Math.min(startOffset, report.endOffset))
        wrong.push(
          `${topic.name}-${partition} has offsets ${log?.startOffset}..${log?.endOffset}, not ${startOffset}..${report.endOffset}`,
        )
    }
  }
  await broker.stop()
  if (wrong.length > 0)
    throw new MillraceError(
      'IMPORT_FAILED',
      'internal',
      `the imported directory is not what was read: ${wrong.slice(0, 5).join('; ')}`,
    )
}
