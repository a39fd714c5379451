/**
 * What a path is: a broker's directory, one of a real Kafka, one partition of either, a single file. And whether a broker
 * uses it now.
 *
 *     data/                 meta.properties with millrace.format     Millrace's
 *     kafka-logs/           meta.properties without it               Apache Kafka's
 *     data/orders-0/        segments                                 a partition
 */
import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { lockHolder } from '../../base/directory-lock.ts'
import { MillraceError } from '../../base/errors.ts'
import { FORMAT, META, type Meta, newer, parseMeta } from '../log/directory-files.ts'
import { parsePartitionDirectory, parseSegmentFile } from '../log/names.ts'

export type Place =
  | { readonly kind: 'millrace' | 'kafka'; readonly path: string; readonly meta: Meta; readonly user: DirectoryUser | undefined }
  | { readonly kind: 'partition' | 'file'; readonly path: string; readonly user: DirectoryUser | undefined }

/** Who uses a directory: `process 4711`. */
export type DirectoryUser = string

export async function placeOf(path: string): Promise<Place> {
  const found = await statusOf(path)
  if (found === undefined) throw missing(path)
  if (found.isFile()) return { kind: 'file', path, user: await userOf(dirname(dirname(resolve(path)))) }
  const meta = await readMeta(path)
  if (meta !== undefined) {
    if (meta.format !== undefined && meta.format > FORMAT) throw newer(path, meta.format)
    return { kind: meta.format === undefined ? 'kafka' : 'millrace', path, meta, user: await userOf(path) }
  }
  if ((await readdir(path)).some(name => parseSegmentFile(name) !== undefined))
    return { kind: 'partition', path, user: await userOf(dirname(resolve(path))) }
  throw new MillraceError(
    'DATA_DIRECTORY_UNKNOWN',
    'user',
    `${path} is no broker's directory: it has no meta.properties and no segments`,
    {
      hint: 'name the directory that the broker got as --data, or a partition or file in it',
    },
  )
}

/** Undefined where there is no such file. */
export async function readMeta(directory: string): Promise<Meta | undefined> {
  const text = await readText(join(directory, META))
  return text === undefined ? undefined : parseMeta(text)
}

/** The broker that has the directory, ours or a Kafka; undefined when none does. */
export async function userOf(directory: string): Promise<DirectoryUser | undefined> {
  const holder = (await lockHolder(directory)) ?? (await kafkaHolder(directory))
  return holder === undefined ? undefined : `process ${holder}`
}

/** A Kafka keeps `.lock` locked. Only Linux tells who; elsewhere nobody is found. */
async function kafkaHolder(directory: string): Promise<string | undefined> {
  const lock = await statusOf(join(directory, '.lock'))
  const locks = lock === undefined ? undefined : await readText('/proc/locks')
  for (const line of locks?.split('\n') ?? []) {
    const [, pid, , , inode] = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+\S+\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line) ?? []
    if (inode !== undefined && Number(inode) === lock!.ino) return pid
  }
  return undefined
}

/** The name a partition goes by: that of its directory. */
export function partitionNameOf(directory: string): string {
  const name = basename(resolve(directory))
  return parsePartitionDirectory(name) === undefined ? directory : name
}

export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

export async function statusOf(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

export const missing = (path: string): MillraceError => new MillraceError('DATA_DIRECTORY_MISSING', 'user', `there is no ${path}`)
