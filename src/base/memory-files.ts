/** `Files` in memory, for a broker without a disk and for tests. What is written is kept; syncs have nothing to do. */
import { join } from 'node:path'
import type { DataFile, Files } from './files.ts'

export interface MemoryFiles extends Files {
  /** Bytes that all files hold together. */
  readonly usedBytes: number
}

/** `maxBytes`: a write beyond it fails with ENOSPC, as on a full disk. */
export function memoryFiles(maxBytes = Number.POSITIVE_INFINITY, now: () => number = () => 0): MemoryFiles {
  const names = new Map<string, Content>()
  const directories = new Set<string>()
  const locked = new Set<string>()
  const usage = { bytes: 0, maxBytes }
  const content = (path: string): Content => {
    const found = names.get(path)
    if (found === undefined) throw missing(path)
    return found
  }
  const drop = (path: string): void => {
    const found = names.get(path)
    if (found === undefined) return
    names.delete(path)
    found.links--
    found.forget()
  }
  return {
    get usedBytes() {
      return usage.bytes
    },
    async makeDirectory(path) {
      directories.add(path)
    },
    async list(path) {
      const prefix = `${path}/`
      const inside = [...names.keys(), ...directories].filter(name => name.startsWith(prefix))
      return [...new Set(inside.map(name => name.slice(prefix.length).split('/')[0]!))]
    },
    async read(path) {
      const { length } = content(path)
      const bytes = new Uint8Array(length)
      content(path).read(bytes, 0)
      return bytes
    },
    async writeDurably(path, bytes) {
      drop(path)
      const fresh = new Content(usage, now)
      names.set(path, fresh)
      fresh.write([bytes], 0)
    },
    async rename(from, to) {
      if (names.has(from)) {
        const moved = content(from)
        drop(to)
        names.delete(from)
        names.set(to, moved)
        return
      }
      const inside = Array.from(names).filter(([name]) => name.startsWith(`${from}/`))
      if (inside.length === 0 && !directories.has(from)) throw missing(from)
      for (const [name, moved] of inside) {
        names.delete(name)
        names.set(to + name.slice(from.length), moved)
      }
      for (const name of Array.from(directories)) {
        if (name !== from && !name.startsWith(`${from}/`)) continue
        directories.delete(name)
        directories.add(to + name.slice(from.length))
      }
    },
    async syncDirectory() {},
    async remove(path) {
      for (const name of Array.from(names.keys())) if (name === path || name.startsWith(`${path}/`)) drop(name)
      for (const name of Array.from(directories)) if (name === path || name.startsWith(`${path}/`)) directories.delete(name)
    },
    async open(path, how) {
      if (how === 'create' && !names.has(path)) names.set(path, new Content(usage, now))
      const opened = content(path)
      opened.handles++
      return new MemoryFile(path, opened)
    },
    async sync() {},
    async status(path) {
      const found = names.get(path)
      if (found !== undefined) return { bytes: found.length, modifiedMs: found.modifiedMs }
      return path === '/' || directories.has(path) ? { bytes: 0, modifiedMs: 0 } : undefined
    },
    async link(from, to) {
      const linked = content(from)
      linked.links++
      names.set(to, linked)
    },
    async lock(directory) {
      if (locked.has(directory)) throw Object.assign(new Error(`EBUSY: ${directory} is in use`), { code: 'EBUSY' })
      locked.add(directory)
      return async () => void locked.delete(directory)
    },
    async freeBytes() {
      return usage.maxBytes - usage.bytes
    },
    async totalBytes() {
      return usage.maxBytes
    },
  }
}

const missing = (path: string): Error => Object.assign(new Error(`ENOENT: no such file: ${join(path)}`), { code: 'ENOENT' })

/** A file's bytes in blocks, so that growing copies nothing. They go when neither a name nor a handle is left. */
class Content {
  readonly #usage: { bytes: number; readonly maxBytes: number }
  readonly #now: () => number
  readonly #blocks: Uint8Array[] = []
  length = 0
  modifiedMs: number
  links = 1
  handles = 0

  constructor(usage: { bytes: number; readonly maxBytes: number }, now: () => number) {
    this.#usage = usage
    this.#now = now
    this.modifiedMs = now()
  }

  write(parts: readonly Uint8Array[], position: number): void {
    let at = position
    for (const part of parts) {
      this.#grow(at + part.length)
      for (let done = 0; done < part.length;) {
        const block = this.#blocks[Math.floor((at + done) / BLOCK_BYTES)]!
        const offset = (at + done) % BLOCK_BYTES
        const count = Math.min(part.length - done, BLOCK_BYTES - offset)
        block.set(part.subarray(done, done + count), offset)
        done += count
      }
      at += part.length
      this.length = Math.max(this.length, at)
    }
    this.modifiedMs = this.#now()
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.length - position))
    for (let done = 0; done < count;) {
      const offset = (position + done) % BLOCK_BYTES
      const piece = this.#blocks[Math.floor((position + done) / BLOCK_BYTES)]!.subarray(offset, offset + count - done)
      into.set(piece, done)
      done += piece.length
    }
    return count
  }

  truncate(bytes: number): void {
    this.length = Math.min(this.length, bytes)
    const kept = Math.ceil(bytes / BLOCK_BYTES)
    if (kept < this.#blocks.length) {
      const held = this.#held
      this.#blocks.length = kept
      this.#usage.bytes -= held - this.#held
    }
    if (bytes > this.length) {
      this.#grow(bytes)
      this.length = bytes
    }
    // What a later write leaves between must read as zeros.
    if (bytes % BLOCK_BYTES !== 0) this.#blocks[kept - 1]?.fill(0, bytes % BLOCK_BYTES)
  }

  forget(): void {
    if (this.links > 0 || this.handles > 0) return
    this.#usage.bytes -= this.#held
    this.#blocks.length = 0
  }

  #grow(bytes: number): void {
    if (bytes <= BLOCK_BYTES && this.#blocks.length <= 1) return this.#growFirst(bytes)
    if (this.#blocks.length === 1 && this.#blocks[0]!.length < BLOCK_BYTES) this.#growFirst(BLOCK_BYTES)
    while (this.#blocks.length * BLOCK_BYTES < bytes) {
      this.#use(BLOCK_BYTES)
      this.#blocks.push(new Uint8Array(BLOCK_BYTES))
    }
  }

  /** A small file's only block is as large as it needs. */
  #growFirst(bytes: number): void {
    const before = this.#blocks[0]?.length ?? 0
    if (bytes <= before) return
    let size = Math.max(SMALLEST_BYTES, before)
    while (size < bytes) size *= 2
    this.#use(size - before)
    const block = new Uint8Array(size)
    if (before > 0) block.set(this.#blocks[0]!)
    this.#blocks[0] = block
  }

  #use(bytes: number): void {
    if (this.#usage.bytes + bytes > this.#usage.maxBytes)
      throw Object.assign(new Error('ENOSPC: the memory for files is used up'), { code: 'ENOSPC' })
    this.#usage.bytes += bytes
  }

  get #held(): number {
    return this.#blocks.reduce((sum, block) => sum + block.length, 0)
  }
}

const BLOCK_BYTES = 16 * 1024
const SMALLEST_BYTES = 256

class MemoryFile implements DataFile {
  readonly path: string
  readonly #content: Content
  #open = true

  constructor(path: string, content: Content) {
    this.path = path
    this.#content = content
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    this.#content.write(parts, position)
  }

  writeNow(parts: readonly Uint8Array[], position: number): void {
    this.#content.write(parts, position)
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return this.#content.read(into, position)
  }

  readNow(into: Uint8Array, position: number): number {
    return this.#content.read(into, position)
  }

  async truncate(bytes: number): Promise<void> {
    this.#content.truncate(bytes)
  }

  async bytes(): Promise<number> {
    return this.#content.length
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#content.handles--
    this.#content.forget()
  }
}
