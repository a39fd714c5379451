/**
 * Which files a `path` means.
 *
 *     /data/orders.json            that file
 *     /data/orders                 every file below, by path; names that begin with '.' or '_' are hidden, as in Flink
 *     /data/*.json, /data/**\/x    a glob: `*` within a name, `**` across directories, `?` one character, `{a,b}`
 *     /data/dt=2024-01-01/x.json   with PARTITIONED BY (dt): the column's value is in the path
 */
import { type Stats, promises as fs } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { ConnectorError } from '../../base/errors.ts'

export interface FoundFile {
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
  /** Values of partition columns as text; null for Flink's default partition. */
  readonly partition: ReadonlyMap<string, string | null>
}

/** The name Flink gives the partition of NULL. */
export const DEFAULT_PARTITION = '__DEFAULT_PARTITION__'

/** Files in the order of their paths. A path that is not there is an error unless `mayBeMissing` (a directory to watch). */
export async function findFiles(path: string, options: { readonly mayBeMissing?: boolean } = {}): Promise<readonly FoundFile[]> {
  const root = localPath(path)
  const found: FoundFile[] = []
  if (/[*?{[]/.test(root)) {
    const fixed = root.slice(0, root.search(/[*?{[]/))
    const base = fixed.slice(0, Math.max(fixed.lastIndexOf('/'), 0)) || (fixed.startsWith('/') ? '/' : '.')
    const pattern = globPattern(resolve(root))
    await collect(base, base, found, options.mayBeMissing ?? false, file => pattern.test(resolve(file)))
    if (found.length === 0 && options.mayBeMissing !== true) throw missing(path, 'no file matches')
  } else {
    await collect(root, root, found, options.mayBeMissing ?? false, () => true)
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** `file:///data/x` and `file:/data/x` as a path of this machine. Other schemes are refused. */
export function localPath(path: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(path)
  if (scheme === null) return path
  if (scheme[1]!.toLowerCase() === 'file') return decodeURIComponent(path.slice(scheme[0].length)) || '/'
  throw new ConnectorError('FILE_SCHEME', `the filesystem connector reads local files only, not '${scheme[1]}:' (path ${path})`)
}

async function collect(
  path: string,
  root: string,
  found: FoundFile[],
  mayBeMissing: boolean,
  wanted: (file: string) => boolean,
): Promise<void> {
  const stats = await statOf(path, mayBeMissing)
  if (stats === undefined) return
  if (!stats.isDirectory()) {
    if (wanted(path))
      found.push({ path, size: stats.size, modifiedMs: Math.floor(stats.mtimeMs), partition: partitionOf(path, root) })
    return
  }
  for (const name of await accessed(path, () => fs.readdir(path))) {
    // A file may go away between the listing and the look at it.
    if (!name.startsWith('.') && !name.startsWith('_')) await collect(join(path, name), root, found, true, wanted)
  }
}

async function statOf(path: string, mayBeMissing: boolean): Promise<Stats | undefined> {
  try {
    return await fs.stat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw accessError(path, error)
    if (mayBeMissing) return undefined
    throw missing(path, 'there is no such file or directory')
  }
}

/** Runs a file operation; what the system says no to becomes an error that names the path. */
export async function accessed<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    throw accessError(path, error)
  }
}

function accessError(path: string, cause: unknown): ConnectorError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return new ConnectorError('FILE_ACCESS', `no permission for ${path}`, { cause })
  if (code === 'ENOSPC') return new ConnectorError('DISK_FULL', `the disk is full: ${path}`, { cause, retry: 'backoff' })
  return new ConnectorError('FILE_IO', `${path}: ${message}`, { cause })
}

const missing = (path: string, what: string) => new ConnectorError('FILE_MISSING', `${what}: ${path}`)

/** `dt=2024-01-01/hour=7` between the root and the file. */
function partitionOf(path: string, root: string): ReadonlyMap<string, string | null> {
  const partition = new Map<string, string | null>()
  for (const part of relative(root, path).split(sep).slice(0, -1)) {
    const at = part.indexOf('=')
    if (at <= 0) continue
    const value = unescapePath(part.slice(at + 1))
    partition.set(unescapePath(part.slice(0, at)), value === DEFAULT_PARTITION ? null : value)
  }
  return partition
}

// oxlint-disable-next-line no-control-regex
const UNFIT = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g

/** Directory names of partitions escape what a path can't hold as %XX, as Flink and Hive do. */
export const escapePath = (text: string): string =>
  text.replace(UNFIT, c => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
const unescapePath = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

export function globPattern(glob: string): RegExp {
  let source = ''
  let depth = 0
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!
    if (c === '*' && glob[i + 1] === '*') {
      const slash = glob[i + 2] === '/'
      source += slash ? '(?:.*/)?' : '.*'
      i += slash ? 2 : 1
    } else if (c === '*') source += '[^/]*'
    else if (c === '?') source += '[^/]'
    else if (c === '{') {
      source += '(?:'
      depth += 1
    } else if (c === '}' && depth > 0) {
      source += ')'
      depth -= 1
    } else if (c === ',' && depth > 0) source += '|'
    else source += c.replace(/[.+^$()|[\]\\{}]/g, '\\$&')
  }
  return new RegExp(`^${source}$`)
}

export const fileName = (path: string): string => basename(path)
