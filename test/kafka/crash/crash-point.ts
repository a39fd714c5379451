/**
 * Files that end the process at a named place: just before, or just behind, the operation that makes it. SIGKILL, so that
 * nothing is put in order: what the operating system was given stays, what was still in memory is gone.
 */
import type { DataFile, Files } from '#src/base/files.ts'
import { forEachBatch, isControl } from '#src/kafka/records/batch.ts'

/** An operation on a file, as a place to crash at. */
interface Operation {
  readonly kind: 'create' | 'write' | 'sync' | 'rename' | 'remove'
  readonly path: string
  /** What is written. */
  readonly parts: readonly Uint8Array[]
}

/** Where a broker is killed. Each is met again and again; which time counts is the caller's to say. */
export const crashPoints = {
  'a segment rolls': ({ kind, path }) =>
    kind === 'create' && /\/\d{20}\.log$/.test(path) && !path.endsWith('/00000000000000000000.log'),
  'records are written': ({ kind, path }) => kind === 'write' && path.endsWith('.log'),
  'a round is synced': ({ kind, path }) => kind === 'sync' && path.endsWith('.log'),
  'a wide round is journalled': ({ kind, path }) => kind === 'write' && path.endsWith('.batches'),
  'the journal is written': ({ kind, path }) => kind === 'write' && path.endsWith('.journal'),
  'the journal is synced': ({ kind, path }) => kind === 'sync' && path.endsWith('.journal'),
  'the journal is replaced by a snapshot': ({ kind, path }) => kind === 'rename' && /journal\/\d+\.snapshot$/.test(path),
  'recovery points move': ({ kind, path }) => kind === 'rename' && path.endsWith('/recovery-points'),
  'a producer snapshot is put in place': ({ kind, path }) => kind === 'rename' && /\/\d{20}\.snapshot$/.test(path),
  // Prepare is durable, Complete is not: the markers are on their way.
  'a marker is written': ({ kind, path, parts }) => kind === 'write' && path.endsWith('.log') && parts.some(hasMarker),
  'cleaned segments are put in place': ({ kind, path }) => kind === 'rename' && /\.log(\.swap)?$/.test(path),
  'what was cleaned away is deleted': ({ kind, path }) => kind === 'remove' && path.endsWith('.deleted'),
  'the cleaner notes how far it is': ({ kind, path }) => kind === 'rename' && path.endsWith('/cleaner-offset-checkpoint'),
  'anything happens to a file': () => true,
} as const satisfies Record<string, (operation: Operation) => boolean>

export type CrashPoint = keyof typeof crashPoints

function hasMarker(part: Uint8Array): boolean {
  let found = false
  forEachBatch(part, at => void (found ||= isControl(part, at)))
  return found
}

export interface CrashAt {
  readonly point: CrashPoint
  /** The how manieth time it is met; 1 is the first. */
  readonly time: number
  readonly when: 'before' | 'behind'
}

/** `arm` says where the process ends; until then it does not. */
export interface CrashingFiles extends Files {
  arm(at: CrashAt): void
  /** So far, of all kinds. */
  operations(): number
}

export function crashing(files: Files, crash: () => void): CrashingFiles {
  let at: CrashAt | undefined
  let met = 0
  let operations = 0
  const here = (operation: Operation): boolean => {
    operations++
    return at !== undefined && (crashPoints[at.point] as (operation: Operation) => boolean)(operation) && ++met === at.time
  }
  /** Runs the operation, and crashes on the right side of it. */
  const around = async <T>(operation: Operation, run: () => Promise<T>): Promise<T> => {
    const hit = here(operation)
    if (hit && at!.when === 'before') crash()
    const result = await run()
    if (hit && at!.when === 'behind') crash()
    return result
  }
  const paths = new WeakMap<DataFile, DataFile>()
  const wrapped = (file: DataFile): DataFile => {
    const outer: DataFile = {
      path: file.path,
      write: (parts, position) => around({ kind: 'write', path: file.path, parts }, () => file.write(parts, position)),
      writeNow(parts, position) {
        const hit = here({ kind: 'write', path: file.path, parts })
        if (hit && at!.when === 'before') crash()
        file.writeNow(parts, position)
        if (hit && at!.when === 'behind') crash()
      },
      read: (into, position) => file.read(into, position),
      readNow: (into, position) => file.readNow(into, position),
      truncate: bytes => file.truncate(bytes),
      bytes: () => file.bytes(),
      close: () => file.close(),
    }
    paths.set(outer, file)
    return outer
  }
  return {
    ...files,
    arm(next) {
      at = next
      met = 0
    },
    operations: () => operations,
    open: (path, how) =>
      how === 'create'
        ? around({ kind: 'create', path, parts: [] }, async () => wrapped(await files.open(path, how)))
        : files.open(path, how).then(wrapped),
    sync: (list, lane) =>
      around({ kind: 'sync', path: list[0]?.path ?? '', parts: [] }, () =>
        files.sync(
          list.map(file => paths.get(file) ?? file),
          lane,
        ),
      ),
    rename: (from, to) => around({ kind: 'rename', path: to, parts: [] }, () => files.rename(from, to)),
    remove: path => around({ kind: 'remove', path, parts: [] }, () => files.remove(path)),
  }
}
