/**
 * The small files at the top of a broker's directory.
 *
 *     meta.properties           cluster id, node id, and the version of this layout; a Kafka has one without that
 *     leader-epoch              of this run, one more than the last where that did not stop cleanly
 *     .kafka_cleanshutdown      there only between a clean stop and the next start
 *     sync-failed               a sync failed in the last run
 */
import { join } from 'node:path'
import { publishFile } from '../../base/disk.ts'
import { MillraceError } from '../../base/errors.ts'
import type { Files } from '../../base/files.ts'
import { randomUuid, systemRandom } from '../../base/random.ts'

/** The layout of this version. */
export const FORMAT = 1
export const META = 'meta.properties'
export const LEADER_EPOCH = 'leader-epoch'
export const CLEAN_MARK = '.kafka_cleanshutdown'
const SYNC_FAILED = 'sync-failed'

export interface Meta {
  readonly clusterId: string
  readonly nodeId: number
  readonly directoryId: string | undefined
  /** Of the layout; undefined where Kafka wrote it. */
  readonly format: number | undefined
}

export function parseMeta(text: string): Meta {
  const property = (name: string) => new RegExp(`^${name.replaceAll('.', '\\.')}=(.*)$`, 'm').exec(text)?.[1]?.trim()
  const format = property('millrace.format')
  return {
    clusterId: property('cluster.id') ?? '',
    nodeId: Number(property('node.id') ?? -1),
    directoryId: property('directory.id'),
    format: format === undefined ? undefined : Number(format),
  }
}

/** Of a directory that is new. */
export function writeMeta(files: Files, path: string, { clusterId, nodeId }: ClusterIdentity): Promise<void> {
  const text = `version=1\ncluster.id=${clusterId}\nnode.id=${nodeId}\ndirectory.id=${randomUuid(systemRandom)}\nmillrace.format=${FORMAT}\n`
  return publishFile(files, path, META, new TextEncoder().encode(text))
}

export interface ClusterIdentity {
  readonly clusterId: string
  readonly nodeId: number
}

/** Who the directory says it belongs to; one that is new belongs to who is given, or to a new cluster. */
export async function readOrMakeMeta(
  files: Files,
  path: string,
  { clusterId = randomUuid(systemRandom), nodeId }: { readonly clusterId: string | undefined; readonly nodeId: number },
): Promise<ClusterIdentity> {
  const text = await readText(files, join(path, META))
  if (text !== undefined) {
    const meta = parseMeta(text)
    if (meta.format !== undefined && meta.format <= FORMAT) return meta
    throw meta.format === undefined ? foreign(path) : newer(path, meta.format)
  }
  await writeMeta(files, path, { clusterId, nodeId })
  return { clusterId, nodeId }
}

const foreign = (path: string): MillraceError =>
  new MillraceError('DATA_DIRECTORY_FOREIGN', 'user', `${path} was written by Apache Kafka`, {
    hint: `import it: millrace log import ${path} NEW_DIR`,
  })

export const newer = (path: string, format: number): MillraceError =>
  new MillraceError('DATA_DIRECTORY_NEWER', 'user', `${path} has format ${format}; this version knows ${FORMAT}`, {
    hint: 'use the version that wrote it, or a newer one',
  })

/** Was the last stop clean? The mark is gone afterwards: this run has to earn its own. */
export async function takeCleanMark(files: Files, path: string): Promise<boolean> {
  const mark = join(path, CLEAN_MARK)
  const fresh = (await files.status(join(path, LEADER_EPOCH))) === undefined
  if ((await files.status(mark)) === undefined) return fresh
  await files.remove(mark)
  await files.syncDirectory(path)
  return true
}

export const markClean = (files: Files, path: string): Promise<void> =>
  publishFile(files, path, CLEAN_MARK, new TextEncoder().encode('{"version":0}'))

/**
 * A sync failed: what it covered may stand in the page cache, be read from there, and be on no disk, whatever later syncs say. The mark
 * itself need not be: without the page cache it is not needed.
 */
export async function markSyncFailed(files: Files, path: string): Promise<void> {
  ;(await files.open(join(path, SYNC_FAILED), 'create')).close()
}

export const syncHasFailed = async (files: Files, path: string): Promise<boolean> =>
  (await files.status(join(path, SYNC_FAILED))) !== undefined

/** All that it covered was written and synced once more. */
export const forgetFailedSync = (files: Files, path: string): Promise<void> => files.remove(join(path, SYNC_FAILED))

export async function nextLeaderEpoch(files: Files, path: string, clean: boolean): Promise<number> {
  const text = await readText(files, join(path, LEADER_EPOCH))
  const epoch = text === undefined ? 0 : Number(text) + (clean ? 0 : 1)
  if (text === undefined || !clean) await writeLeaderEpoch(files, path, epoch)
  return epoch
}

export const writeLeaderEpoch = (files: Files, path: string, epoch: number): Promise<void> =>
  publishFile(files, path, LEADER_EPOCH, new TextEncoder().encode(String(epoch)))

async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
