/**
 * A directory as a crash would leave it between two commit rounds, while the broker goes on: second names for its files, in
 * a directory beside them, and how many bytes of each count. Whoever copies them needs no more than these names.
 *
 *     data/.backup/orders-0/00000000000000000000.log       2,000 bytes of it, however long it gets
 *     data/.backup/journal/00000001.journal                300 bytes of it
 *
 * Between two rounds the logs and the journal agree: what the journal says follows from nothing that a log lacks. Batches that
 * only the batch journal has synced stand in the segments, too, where a copy reads them.
 */
import { basename, join } from 'node:path'
import { eachOf } from '../../base/each-of.ts'
import type { Files } from '../../base/files.ts'
import { LEADER_EPOCH, META } from './directory-files.ts'
import { partitionDirectory, segmentFile } from './names.ts'
import type { PartitionLog } from './partition-log.ts'
import type { StateJournal } from './state-journal.ts'

export const STAGED = '.backup'

export interface StagedBackup {
  readonly staged: string
  /** Files that may have grown since, below the directory, and so many bytes of them as count. */
  readonly bytes: Readonly<Record<string, number>>
}

interface Staging {
  readonly files: Files
  readonly from: string
  readonly to: string
  readonly logs: readonly PartitionLog[]
  readonly journal: StateJournal
}

export async function stageBackup({ files, from, to, logs, journal }: Staging): Promise<StagedBackup> {
  const bytes: Record<string, number> = {}
  await files.remove(to)
  for (const name of ['', 'journal']) await files.makeDirectory(join(to, name))
  const present = await files.list(from)
  for (const name of ofDirectory) if (present.includes(name)) await files.link(join(from, name), join(to, name))
  for (const [name, length] of await journal.wholeFiles()) {
    await files.link(join(from, 'journal', name), join(to, 'journal', name))
    bytes[join('journal', name)] = length
  }
  await eachOf(logs, AT_ONCE, async log => {
    try {
      await stageLog(files, log, to, bytes)
    } catch (error) {
      // A topic that was deleted takes its files with it; the journal says so already.
      if (!log.refusing || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      await files.remove(join(to, partitionDirectory(log.id)))
    }
  })
  return { staged: to, bytes }
}

/** Replaced as a whole whenever they change. Recovery points are written by the directory. */
const ofDirectory = [META, LEADER_EPOCH, 'cleaner-offset-checkpoint']

/** Partitions that are linked at a time. */
const AT_ONCE = 8

async function stageLog(files: Files, log: PartitionLog, to: string, bytes: Record<string, number>): Promise<void> {
  const segments = log.durableSegments
  if (segments.length === 0 && log.snapshotOffset < 0) return
  const name = partitionDirectory(log.id)
  await files.makeDirectory(join(to, name))
  for (const { segment, bytes: length } of segments) {
    const file = basename(segment.file.path)
    await files.link(segment.file.path, join(to, name, file))
    bytes[join(name, file)] = length
  }
  const linked = new Set(segments.flatMap(({ segment }) => ofSegment(segment.baseOffset)))
  for (const file of await files.list(log.directory)) {
    const counts =
      linked.has(file) || file.endsWith('.snapshot') || file === 'leader-epoch-checkpoint' || file === 'partition.metadata'
    if (counts) await files.link(join(log.directory, file), join(to, name, file))
  }
}

const ofSegment = (base: number): readonly string[] =>
  (['index', 'timeindex', 'txnindex'] as const).map(kind => segmentFile('', base, kind))
