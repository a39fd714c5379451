/**
 * `log backup`: a copy of a broker's directory that a broker starts on, with everything that was acknowledged before it began.
 *
 *     data/  ──►  copy.partial/  ── verified ──►  copy/
 *
 * Of a broker that runs: it stages its files as they are between two commit rounds (backup-stage.ts) and goes on; the copy is
 * what a crash at that point would have left. Of one that was stopped: the directory is locked and copied as it is.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { askHolder, lockDirectory, lockHolder } from '../../base/directory-lock.ts'
import { MillraceError } from '../../base/errors.ts'
import { nodeFiles } from '../../base/node-files.ts'
import { DELETED_SUFFIX, STRAY_SUFFIX, parsePartitionDirectory, parseSegmentFile } from '../log/names.ts'
import type { StagedBackup } from '../log/backup-stage.ts'
import { type FileToCopy, copyFiles, isFree, syncPath } from './copy-tree.ts'
import { findingText } from './finding.ts'
import { placeOf } from './place.ts'
import { type RecoveryPoints, recoveryPoints } from './recovery-points.ts'
import { type Verification, verify } from './verify.ts'

export interface BackupRequest {
  /** Second names for closed segments where the file system has them; false: every byte is copied. */
  readonly links: boolean
  progress?(done: { readonly bytes: number; readonly totalBytes: number; readonly at: string }): void
}

export interface Backup {
  readonly partitions: number
  readonly copiedBytes: number
  readonly linkedBytes: number
  /** A broker had the directory in use. */
  readonly live: boolean
  readonly verification: Verification
}

export async function backup(from: string, to: string, request: BackupRequest): Promise<Backup> {
  const place = await placeOf(from)
  if (place.kind !== 'millrace') throw notOurs(from, place.kind)
  await checkTarget(from, to)
  const partial = `${resolve(to)}.partial`
  await rm(partial, { recursive: true, force: true })
  try {
    const copied = await withSource(from, (source, bytes, live) => copy(source, partial, bytes, live, request))
    const verification = await verify(partial)
    const found = [...verification.problems, ...verification.partitions.flatMap(partition => partition.problems)]
    if (found.length > 0) {
      throw new MillraceError('BACKUP_DAMAGED', 'external', `the copy is not whole: ${findingText(found[0]!)}`, {
        hint: `nothing was left at ${to}; look at the original with: millrace log verify ${from}`,
      })
    }
    await rm(to, { recursive: true, force: true })
    await rename(partial, to)
    await syncPath(dirname(resolve(to)))
    return { ...copied, verification, partitions: verification.partitions.length }
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** The directory to copy from: what a running broker staged, or the directory itself, locked. */
async function withSource<T>(
  from: string,
  act: (source: string, bytes: Readonly<Record<string, number>>, live: boolean) => Promise<T>,
): Promise<T> {
  if ((await lockHolder(from)) === undefined) {
    const unlock = await lockDirectory(from)
    try {
      return await act(from, {}, false)
    } finally {
      await unlock()
    }
  }
  const { answer, done } = await askHolder(from, { backup: true })
  try {
    const { staged, bytes, error } = answer as Partial<StagedBackup> & { error?: string }
    if (staged === undefined || bytes === undefined) {
      throw new MillraceError('BACKUP_REFUSED', 'external', `the broker that uses ${from} gives no backup: ${error}`, {
        hint: 'try again, or stop it first',
      })
    }
    // As this process sees it: the broker may know the directory by another path.
    return await act(join(from, staged.slice(staged.lastIndexOf('/') + 1)), bytes, true)
  } finally {
    done()
  }
}

async function copy(
  source: string,
  partial: string,
  bytes: Readonly<Record<string, number>>,
  live: boolean,
  request: BackupRequest,
): Promise<{ readonly copiedBytes: number; readonly linkedBytes: number; readonly live: boolean }> {
  const files = nodeFiles()
  const points = await recoveryPoints(files, source, 'millrace').finally(() => files.close())
  const list = await filesIn(source, bytes, points)
  const totalBytes = list.reduce((sum, file) => sum + file.size, 0)
  let done = 0
  await makeDirectory(partial)
  const progress = (size: number, at: string) => request.progress?.({ bytes: (done += size), totalBytes, at })
  return { ...(await copyFiles(list, partial, { links: request.links, progress })), live }
}

const makeDirectory = async (path: string): Promise<void> => {
  const files = nodeFiles()
  try {
    await files.makeDirectory(path)
  } finally {
    await files.close()
  }
}

/** What is not copied: locks, what is left of deletions, the journal's reserve. */
const left = (name: string): boolean =>
  (name.startsWith('.') && name !== '.kafka_cleanshutdown') ||
  name.endsWith(DELETED_SUFFIX) ||
  name.endsWith(STRAY_SUFFIX) ||
  name.endsWith('.deleted') ||
  name.endsWith('.partial') ||
  name === 'reserve'

async function filesIn(
  source: string,
  bytes: Readonly<Record<string, number>>,
  points: RecoveryPoints,
): Promise<readonly FileToCopy[]> {
  const found: FileToCopy[] = []
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (left(entry.name)) continue
    if (!entry.isDirectory()) {
      found.push(await fileOf(source, entry.name, bytes, false))
      continue
    }
    const names = (await readdir(join(source, entry.name))).filter(name => !left(name))
    const partition = parsePartitionDirectory(entry.name)
    const bases = names.filter(name => name.endsWith('.log')).map(name => parseSegmentFile(name)?.offset ?? 0)
    for (const name of names) {
      const segment = partition === undefined ? undefined : parseSegmentFile(name)
      // Closed, and behind it the recovery point: not even a start writes to it any more.
      const next = segment === undefined ? undefined : bases.filter(base => base > segment.offset).toSorted((a, b) => a - b)[0]
      const linkable = next !== undefined && segment!.kind !== 'snapshot' && next <= points.of(entry.name)
      found.push(await fileOf(source, join(entry.name, name), bytes, linkable))
    }
  }
  return found
}

async function fileOf(
  source: string,
  name: string,
  bytes: Readonly<Record<string, number>>,
  linkable: boolean,
): Promise<FileToCopy> {
  const from = join(source, name)
  const size = bytes[name] ?? (await stat(from)).size
  return { from, to: name, bytes: bytes[name], linkable, size }
}

const notOurs = (path: string, kind: string): MillraceError =>
  kind === 'kafka'
    ? new MillraceError('DATA_DIRECTORY_FOREIGN', 'user', `${path} was written by Apache Kafka`, {
        hint: 'import it: millrace log import KAFKA_DIR DIR',
      })
    : new MillraceError('DATA_DIRECTORY_UNKNOWN', 'user', `${path} is no broker's directory`, {
        hint: 'name what the broker got as --data',
      })

/** A copy goes to a place of its own. */
export async function checkTarget(from: string, to: string): Promise<void> {
  if (!(await isFree(to))) {
    throw new MillraceError('TARGET_EXISTS', 'user', `${to} is there already, and not empty`, {
      hint: 'name a directory that is not there yet',
    })
  }
  if (`${resolve(to)}/`.startsWith(`${resolve(from)}/`))
    throw new MillraceError('TARGET_INSIDE', 'user', `${to} lies in ${from}`, { hint: 'name a directory beside it' })
}
