/**
 * Files with positions, and a sync that is asked for: what a log needs of a disk beyond `Disk`. Production passes
 * `nodeFiles()`, a broker without a disk `memoryFiles()`, simulation one that tears writes and loses what was not synced.
 *
 * The caller promises: one writer per file; no read behind what was written; nothing touches a part until its write resolved.
 * Files promise: a resolved `sync` has made bytes and length durable; a rejected one promises nothing about what it covered.
 */
import { dirname } from 'node:path'
import type { Control } from './directory-lock.ts'
import type { Disk } from './disk.ts'

export interface DataFile {
  readonly path: string
  /** All parts one behind the other, from `position` on. A rejection may leave some of them written. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>
  /** The same before it returns: for what is so small that handing it over costs more. */
  writeNow(parts: readonly Uint8Array[], position: number): void
  /** Fills `into`; answers how many bytes, fewer only where the file ends. */
  read(into: Uint8Array, position: number): Promise<number>
  /** The same before it returns: for what is in memory, being just written or lately read. */
  readNow(into: Uint8Array, position: number): number
  truncate(bytes: number): Promise<void>
  bytes(): Promise<number>
  close(): void
}

export interface FileStatus {
  readonly bytes: number
  readonly modifiedMs: number
}

/** Who waits for a sync: acknowledgements, which have a thread of their own, or upkeep, which must not hold them up. */
export type SyncLane = 'commit' | 'upkeep'

export interface Files extends Disk {
  /** `create` makes the file where it is missing; `write` and `read` fail with ENOENT. */
  open(path: string, how: 'read' | 'write' | 'create'): Promise<DataFile>
  sync(files: readonly DataFile[], lane: SyncLane): Promise<void>
  /** Undefined when there is no such file or directory. */
  status(path: string): Promise<FileStatus | undefined>
  /** A second name for a file's bytes. */
  link(from: string, to: string): Promise<void>
  /**
   * Makes a directory this process's own until the answered function is called, or the process ends. Fails with EBUSY when it is
   * another's. `control` answers what other processes of this user ask whoever holds it.
   */
  lock(directory: string, control?: Control): Promise<() => Promise<void>>
  /** Bytes that can still be written where `path` lies. */
  freeBytes(path: string): Promise<number>
  /** Bytes that there are where `path` lies, free or not. */
  totalBytes(path: string): Promise<number>
}

/** Makes a directory, and whatever lies above it, so that a crash does not take it away again. */
export async function makeDurableDirectory(files: Files, path: string): Promise<void> {
  const missing: string[] = []
  for (let name = path; (await files.status(name)) === undefined; name = dirname(name)) {
    missing.push(name)
    if (dirname(name) === name) break
  }
  if (missing.length === 0) return
  await files.makeDirectory(path)
  for (const name of missing.toReversed()) await files.syncDirectory(dirname(name))
}
