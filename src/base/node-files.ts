/**
 * `Files` of this machine. Syncs that acknowledgements wait for run in a thread of their own: the four that Node keeps for
 * files, names and compression are everybody's, and a sync behind four slow reads would hold up every producer.
 */
import * as fs from 'node:fs'
import { Worker } from 'node:worker_threads'
import { lockDirectory } from './directory-lock.ts'
import { nodeDisk } from './disk.ts'
import type { DataFile, FileStatus, Files } from './files.ts'

/** Ends the thread when it is no longer needed. */
export interface NodeFiles extends Files {
  close(): Promise<void>
}

export function nodeFiles(): NodeFiles {
  let thread: SyncThread | undefined
  return {
    ...nodeDisk,
    async open(path, how) {
      const flags = how === 'read' ? fs.constants.O_RDONLY : fs.constants.O_RDWR | (how === 'create' ? fs.constants.O_CREAT : 0)
      return new NodeFile(path, await promised<number>(done => fs.open(path, flags, 0o644, done)))
    },
    async sync(files, lane) {
      const descriptors = files.map(file => (file as NodeFile).descriptor)
      if (lane === 'commit') await (thread ??= new SyncThread()).sync(descriptors)
      else for (const descriptor of descriptors) await promised<void>(done => fs.fdatasync(descriptor, done))
    },
    async status(path): Promise<FileStatus | undefined> {
      try {
        const { size, mtimeMs } = await fs.promises.stat(path)
        return { bytes: size, modifiedMs: mtimeMs }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    lock: lockDirectory,
    link: (from, to) => fs.promises.link(from, to),
    async freeBytes(path) {
      const { bavail, bsize } = await fs.promises.statfs(path)
      return bavail * bsize
    },
    async totalBytes(path) {
      const { blocks, bsize } = await fs.promises.statfs(path)
      return blocks * bsize
    },
    async close() {
      await thread?.close()
    },
  }
}

class NodeFile implements DataFile {
  readonly path: string
  readonly descriptor: number

  constructor(path: string, descriptor: number) {
    this.path = path
    this.descriptor = descriptor
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    let left = parts
    let at = position
    while (left.length > 0) {
      const batch = left.slice(0, MOST_PARTS)
      const written = await promised<number>(done => fs.writev(this.descriptor, batch, at, done))
      at += written
      left = without(left, written)
    }
  }

  writeNow(parts: readonly Uint8Array[], position: number): void {
    let left = parts
    let at = position
    while (left.length > 0) {
      const written =
        left.length === 1
          ? fs.writeSync(this.descriptor, left[0]!, 0, left[0]!.length, at)
          : fs.writevSync(this.descriptor, left.slice(0, MOST_PARTS), at)
      at += written
      left = without(left, written)
    }
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const from = filled
      const count = await promised<number>(done =>
        fs.read(this.descriptor, into, from, into.length - from, position + from, done),
      )
      if (count === 0) break
      filled += count
    }
    return filled
  }

  readNow(into: Uint8Array, position: number): number {
    let filled = 0
    while (filled < into.length) {
      const count = fs.readSync(this.descriptor, into, filled, into.length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }

  truncate(bytes: number): Promise<void> {
    return promised(done => fs.ftruncate(this.descriptor, bytes, done))
  }

  async bytes(): Promise<number> {
    return (await promised<fs.Stats>(done => fs.fstat(this.descriptor, done))).size
  }

  close(): void {
    fs.closeSync(this.descriptor)
  }
}

/** Below what systems take in one call (IOV_MAX). */
const MOST_PARTS = 512

/** What is left when so many bytes are done with. */
function without(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let first = 0
  let left = bytes
  while (first < parts.length && left >= parts[first]!.length) left -= parts[first++]!.length
  if (left === 0) return parts.slice(first)
  return [parts[first]!.subarray(left), ...parts.slice(first + 1)]
}

const promised = <T>(call: (done: (error: Error | null, value?: any) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error === null ? resolve(value as T) : reject(error))))

/** A thread that does nothing but sync. It answers in order; the first file that fails fails the whole call. */
class SyncThread {
  readonly #worker: Worker
  readonly #waiting: { resolve(): void; reject(error: Error): void }[] = []

  constructor() {
    this.#worker = new Worker(syncLoop, { eval: true, stdout: false, stderr: false })
    this.#worker.unref()
    this.#worker.on('message', (error: { message: string; code: string } | null) => {
      const waiting = this.#waiting.shift()!
      if (this.#waiting.length === 0) this.#worker.unref()
      if (error === null) waiting.resolve()
      else waiting.reject(Object.assign(new Error(error.message), { code: error.code }))
    })
    this.#worker.on('error', error => {
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error as Error)
    })
  }

  sync(descriptors: readonly number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(descriptors)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

const syncLoop = `
const fs = require('node:fs')
const { parentPort } = require('node:worker_threads')
parentPort.on('message', descriptors => {
  let failure = null
  for (const descriptor of descriptors) {
    try {
      fs.fdatasyncSync(descriptor)
    } catch (error) {
      failure = { message: error.message, code: error.code }
      break
    }
  }
  parentPort.postMessage(failure)
})
`
