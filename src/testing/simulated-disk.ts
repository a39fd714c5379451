/**
 * A disk that behaves as badly as a disk may: until a sync, pages may be lost or torn, lengths may lag behind, names may be
 * missing or still there. Operations finish in an order that the seed decides, so that a failing seed fails again.
 *
 *     const disk = new SimulatedDisk(seed)
 *     … run a broker on it …
 *     disk.crash()          the power fails: what survives is what was synced, and whatever else chance leaves
 */
import type { DataFile, FileStatus, Files } from '../base/files.ts'
import { type Random, seededRandom } from '../base/random.ts'

const PAGE = 4096
const SECTOR = 512

/** A file's bytes, as they are and as the platter has them. */
class Inode {
  bytes = new Uint8Array()
  length = 0
  /** What a crash finds at least. */
  durable = new Uint8Array()
  /** `bytes` is `durable`, too: it is copied before it is written to. */
  shared = false
  /** Pages written since the last sync. */
  readonly dirty = new Set<number>()
  /** Pages whose sync failed: the system takes them for written, and does not try again. */
  readonly #lost = new Set<number>()

  write(parts: readonly Uint8Array[], position: number): void {
    let at = position
    for (const part of parts) {
      this.#room(at + part.length)
      this.bytes.set(part, at)
      for (let page = Math.floor(at / PAGE); page * PAGE < at + part.length; page++) this.#touch(page)
      at += part.length
      this.length = Math.max(this.length, at)
    }
  }

  truncate(length: number): void {
    this.#room(length)
    this.bytes.fill(0, length)
    this.length = length
    this.#touch(Math.floor(length / PAGE))
  }

  /** The whole page is written anew. */
  #touch(page: number): void {
    this.dirty.add(page)
    this.#lost.delete(page)
  }

  sync(): void {
    if (this.dirty.size === 0 && this.durable.length === this.length) return
    const before = this.durable
    this.durable = this.bytes.slice(0, this.length)
    this.dirty.clear()
    for (const page of this.#lost) {
      const [from, to] = [page * PAGE, Math.min((page + 1) * PAGE, this.length)]
      this.durable.fill(0, from, to)
      this.durable.set(before.subarray(from, to), from)
    }
  }

  failSync(): void {
    for (const page of this.dirty) this.#lost.add(page)
    this.dirty.clear()
  }

  /** After the power failed: synced bytes, and of what was written since, what chance kept. */
  survivor(random: Random): Inode {
    const left = new Inode()
    if (this.dirty.size === 0) {
      // `bytes` is written to in place, `durable` never is.
      left.durable = this.durable
      left.length = this.durable.length
      left.bytes = this.durable
      left.shared = true
      return left
    }
    const length = this.#lengthKept(random)
    const bytes = new Uint8Array(length)
    bytes.set(this.durable.subarray(0, length))
    for (const page of this.dirty) {
      const from = page * PAGE
      const to = Math.min(from + PAGE, length, this.length)
      if (to <= from) continue
      const kept = random.next()
      if (kept < 0.35) continue
      // A torn page: its first sectors are new, the others old.
      const end = kept < 0.55 ? Math.min(to, from + SECTOR * Math.floor((random.next() * PAGE) / SECTOR)) : to
      bytes.set(this.bytes.subarray(from, end), from)
    }
    left.bytes = bytes
    left.length = length
    left.durable = bytes.slice()
    return left
  }

  #lengthKept(random: Random): number {
    const choice = random.next()
    if (choice < 0.4) return this.length
    if (choice < 0.7) return this.durable.length
    const [low, high] = [Math.min(this.durable.length, this.length), Math.max(this.durable.length, this.length)]
    return low + Math.floor(random.next() * (high - low + 1))
  }

  #room(length: number): void {
    if (length <= this.bytes.length && !this.shared) return
    this.shared = false
    const larger = new Uint8Array(Math.max(length, this.bytes.length * 2, PAGE))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}

/** A name that came, went or changed its inode since its directory was synced. */
type NameChange = { readonly name: string; readonly inode: Inode | 'directory' | undefined }

/** A change of names as one: a rename takes one away and puts another. */
type Change = readonly NameChange[]

export interface SimulatedDiskOptions {
  /** Bytes that fit; ENOSPC beyond. */
  capacityBytes?: number
  /** Of how many syncs one fails, with EIO. 0: none. */
  failingSyncs?: number
}

/**
 * Itself it is the disk as seen from outside of any run. `mount` gives what one run of a broker sees: it is cut off by the
 * next crash, so that a run whose power failed can do nothing any more.
 */
export class SimulatedDisk implements Files {
  readonly #random: Random
  readonly options: SimulatedDiskOptions
  /** Full paths. */
  #names = new Map<string, Inode | 'directory'>()
  #durableNames = new Map<string, Inode | 'directory'>()
  /** By directory, oldest first. */
  readonly #unsynced = new Map<string, Change[]>()
  #pending: (() => void)[] = []
  #pumping = false
  /** Grows with each crash: what was under way before never finishes. */
  #life = 0
  /** Operations so far: a crash may be asked for at one of them. */
  operations = 0
  crashAt = Number.POSITIVE_INFINITY
  /** Called when the crash that was asked for happens. */
  onCrash: (() => void) | undefined
  syncs = 0

  constructor(seed: number, options: SimulatedDiskOptions = {}) {
    this.#random = seededRandom(seed)
    this.options = options
  }

  // ── the power fails ───────────────────────────────────────────────────────────────────────────────

  /** Nothing that was under way finishes; the disk is left with what a crash leaves. */
  crash(): void {
    this.#life++
    this.#pending = []
    const names = new Map(this.#durableNames)
    for (const changes of this.#unsynced.values()) {
      for (const change of changes) {
        if (this.#random.next() < 0.5) continue
        for (const { name, inode } of change) {
          if (inode === undefined) names.delete(name)
          else names.set(name, inode)
        }
      }
    }
    this.#unsynced.clear()
    const survivors = new Map<Inode, Inode>()
    this.#names = new Map()
    for (const [name, inode] of names) {
      if (inode === 'directory') this.#names.set(name, inode)
      else {
        let left = survivors.get(inode)
        if (left === undefined) survivors.set(inode, (left = inode.survivor(this.#random)))
        this.#names.set(name, left)
      }
    }
    // A file whose directory is gone is gone, too.
    for (const name of Array.from(this.#names.keys())) if (!this.#reachable(name)) this.#names.delete(name)
    this.#durableNames = new Map(this.#names)
    this.crashAt = Number.POSITIVE_INFINITY
  }

  #reachable(path: string): boolean {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent))
      if (this.#names.get(parent) !== 'directory') return false
    return true
  }

  get usedBytes(): number {
    let used = 0
    for (const inode of new Set(this.#names.values())) if (inode !== 'directory') used += inode.length
    return used
  }

  // ── operations ────────────────────────────────────────────────────────────────────────────────────

  /** The disk until the next crash. */
  mount(): SimulatedDisk {
    const life = this.#life
    return new Proxy(this, {
      get: (disk, name) => {
        const value = (disk as unknown as Record<string | symbol, unknown>)[name]
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (life !== disk.#life) return new Promise(() => {})
          return value.apply(disk, args)
        }
      },
    })
  }

  get life(): number {
    return this.#life
  }

  /** Runs `act` when the seed says so; a crash in between leaves it undone for ever. */
  #do<T>(act: () => T, life = this.#life): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pending.push(() => {
        if (life !== this.#life) return
        this.#step()
        if (life !== this.#life) return
        try {
          resolve(act())
        } catch (error) {
          reject(error)
        }
      })
      this.#pump()
    })
  }

  #step(): void {
    if (++this.operations < this.crashAt) return
    this.crash()
    this.onCrash?.()
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      if (this.#pending.length === 0) return
      const [next] = this.#pending.splice(Math.floor(this.#random.next() * this.#pending.length), 1)
      next!()
      this.#pump()
    })
  }

  #change(directory: string, change: Change): void {
    for (const { name, inode } of change) {
      if (inode === undefined) this.#names.delete(name)
      else this.#names.set(name, inode)
    }
    const changes = this.#unsynced.get(directory)
    if (changes === undefined) this.#unsynced.set(directory, [change])
    else changes.push(change)
  }

  #inode(path: string): Inode {
    const found = this.#names.get(path)
    if (found === undefined || found === 'directory') throw failure('ENOENT', path)
    return found
  }

  /** Fails where so many bytes more do not fit; some of them may have been written then. */
  checkRoom(moreBytes: number): void {
    if (moreBytes > 0 && this.usedBytes + moreBytes > (this.options.capacityBytes ?? Number.POSITIVE_INFINITY))
      throw failure('ENOSPC', 'disk')
  }

  makeDirectory(path: string): Promise<void> {
    return this.#do(() => {
      const missing: string[] = []
      for (let name = path; name !== '' && this.#names.get(name) !== 'directory'; name = parentOf(name)) missing.push(name)
      for (const name of missing.toReversed()) this.#change(parentOf(name), [{ name, inode: 'directory' }])
    })
  }

  list(path: string): Promise<readonly string[]> {
    return this.#do(() =>
      [...this.#names.keys()].filter(name => parentOf(name) === path).map(name => name.slice(path.length + 1)),
    )
  }

  read(path: string): Promise<Uint8Array> {
    return this.#do(() => {
      const inode = this.#inode(path)
      return inode.bytes.slice(0, inode.length)
    })
  }

  async writeDurably(path: string, bytes: Uint8Array): Promise<void> {
    await this.#do(() => {
      this.checkRoom(bytes.length)
      const found = this.#names.get(path)
      if (found !== undefined && found !== 'directory') {
        found.truncate(0)
        found.write([bytes], 0)
      } else {
        const inode = new Inode()
        inode.write([bytes], 0)
        this.#change(parentOf(path), [{ name: path, inode }])
      }
    })
    await this.#do(() => this.#inode(path).sync())
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do(() => {
      const found = this.#names.get(from)
      if (found === undefined) throw failure('ENOENT', from)
      const change: NameChange[] = [
        { name: from, inode: undefined },
        { name: to, inode: found },
      ]
      for (const [name, inode] of this.#names) {
        if (!name.startsWith(`${from}/`)) continue
        change.push({ name, inode: undefined }, { name: to + name.slice(from.length), inode })
      }
      this.#change(parentOf(to), change)
    })
  }

  syncDirectory(directory: string): Promise<void> {
    const path = directory === '/' ? '' : directory
    return this.#do(() => {
      if (path !== '' && this.#names.get(path) !== 'directory') throw failure('ENOENT', path)
      if (this.#syncFails()) throw failure('EIO', 'sync')
      for (const change of this.#unsynced.get(path) ?? []) {
        for (const { name, inode } of change) {
          if (inode === undefined) this.#durableNames.delete(name)
          else this.#durableNames.set(name, inode)
        }
      }
      this.#unsynced.delete(path)
    })
  }

  remove(path: string): Promise<void> {
    return this.#do(() => {
      const names = [...this.#names.keys()].filter(name => name === path || name.startsWith(`${path}/`))
      if (names.length > 0)
        this.#change(
          parentOf(path),
          names.map(name => ({ name, inode: undefined })),
        )
    })
  }

  open(path: string, how: 'read' | 'write' | 'create'): Promise<DataFile> {
    return this.#do(() => {
      if (how === 'create' && !this.#names.has(path)) {
        if (this.#names.get(parentOf(path)) !== 'directory') throw failure('ENOENT', path)
        this.#change(parentOf(path), [{ name: path, inode: new Inode() }])
      }
      return new SimulatedFile(path, this.#inode(path), this)
    })
  }

  sync(files: readonly DataFile[]): Promise<void> {
    return this.#do(() => {
      for (const file of files) {
        const { inode } = file as SimulatedFile
        if (this.#syncFails()) {
          inode.failSync()
          throw failure('EIO', 'sync')
        }
        inode.sync()
      }
    })
  }

  #syncFails(): boolean {
    this.syncs++
    const { failingSyncs = 0 } = this.options
    return failingSyncs > 0 && Math.floor(this.#random.next() * failingSyncs) === 0
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#do(() => {
      if (path === '/') return { bytes: 0, modifiedMs: 0 }
      const found = this.#names.get(path)
      if (found === undefined) return undefined
      return { bytes: found === 'directory' ? 0 : found.length, modifiedMs: 0 }
    })
  }

  link(from: string, to: string): Promise<void> {
    return this.#do(() => this.#change(parentOf(to), [{ name: to, inode: this.#inode(from) }]))
  }

  async lock(): Promise<() => Promise<void>> {
    return async () => {}
  }

  async freeBytes(): Promise<number> {
    return (this.options.capacityBytes ?? Number.MAX_SAFE_INTEGER) - this.usedBytes
  }

  async totalBytes(): Promise<number> {
    return this.options.capacityBytes ?? Number.MAX_SAFE_INTEGER
  }

  /** For files: an operation that the seed schedules. */
  later<T>(life: number, act: () => T): Promise<T> {
    return life === this.#life ? this.#do(act, life) : new Promise(() => {})
  }

  /** For files: an operation that happens at once. False when the power failed before it. */
  now(life: number): boolean {
    if (life === this.#life) this.#step()
    return life === this.#life
  }

  chance(): number {
    return this.#random.next()
  }
}

class SimulatedFile implements DataFile {
  readonly path: string
  readonly inode: Inode
  readonly #disk: SimulatedDisk
  readonly #life: number

  constructor(path: string, inode: Inode, disk: SimulatedDisk) {
    this.path = path
    this.inode = inode
    this.#disk = disk
    this.#life = disk.life
  }

  write(parts: readonly Uint8Array[], position: number): Promise<void> {
    return this.#disk.later(this.#life, () => this.#write(parts, position))
  }

  writeNow(parts: readonly Uint8Array[], position: number): void {
    if (this.#disk.now(this.#life)) this.#write(parts, position)
  }

  #write(parts: readonly Uint8Array[], position: number): void {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    try {
      this.#disk.checkRoom(position + bytes - this.inode.length)
    } catch (error) {
      // As far as it goes.
      const some = Buffer.concat(parts).subarray(0, Math.floor(bytes * this.#disk.chance()))
      if (position + some.length <= this.inode.length) this.inode.write([some], position)
      throw error
    }
    this.inode.write(parts, position)
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#disk.later(this.#life, () => this.readNow(into, position))
  }

  readNow(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.inode.length - position))
    into.set(this.inode.bytes.subarray(position, position + count))
    return count
  }

  truncate(bytes: number): Promise<void> {
    return this.#disk.later(this.#life, () => this.inode.truncate(bytes))
  }

  async bytes(): Promise<number> {
    return this.inode.length
  }

  close(): void {}
}

/** The root is the empty path, too. */
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

const failure = (code: string, what: string): Error =>
  Object.assign(new Error(`${code}: ${what}`), { code, ...(code === 'EIO' && { syscall: 'fsync' }) })
