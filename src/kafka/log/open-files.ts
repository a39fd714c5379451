/**
 * A bounded number of open files. A file is opened when it is used and closed when others were used since; what is pinned
 * stays open, because a sync or a reader still needs it.
 */
import { type Clock, systemClock } from '../../base/clock.ts'
import type { DataFile, Files } from '../../base/files.ts'

/** A read that was handed over and took no longer found its bytes in the page cache, as what lies behind them will be. */
const WARM_MS = 0.5
/** So much is then read at once, with no thread in between, before a read is handed over again: others get their turn. */
const AT_ONCE_BYTES = 1024 * 1024

export class OpenFiles {
  readonly files: Files
  readonly clock: Clock
  readonly #most: number
  /** Least recently used first. */
  readonly #open = new Map<CachedFile, DataFile>()

  constructor(files: Files, most: number, clock: Clock = systemClock) {
    this.files = files
    this.clock = clock
    this.#most = most
  }

  get count(): number {
    return this.#open.size
  }

  /** The open file, if it is open. */
  touch(cached: CachedFile): DataFile | undefined {
    const file = this.#open.get(cached)
    if (file !== undefined) {
      this.#open.delete(cached)
      this.#open.set(cached, file)
    }
    return file
  }

  add(cached: CachedFile, file: DataFile): void {
    this.#open.set(cached, file)
    if (this.#open.size <= this.#most) return
    for (const [other, open] of this.#open) {
      if (other.pinned || other === cached) continue
      this.#open.delete(other)
      open.close()
      if (this.#open.size <= this.#most) return
    }
  }

  close(cached: CachedFile): void {
    const file = this.#open.get(cached)
    if (file === undefined) return
    this.#open.delete(cached)
    file.close()
  }
}

/** A file by its path, open only as long as there is room. */
export class CachedFile {
  #path: string
  readonly #open: OpenFiles
  #pins = 0
  #opening: Promise<DataFile> | undefined
  #renaming: Promise<void> | undefined
  /** So many bytes may be read at once. */
  #warmBytes = 0
  /** What to do once nobody reads it any more. */
  #whenUnused: (() => void) | undefined

  constructor(path: string, open: OpenFiles) {
    this.#path = path
    this.#open = open
  }

  get path(): string {
    return this.#path
  }

  get pinned(): boolean {
    return this.#pins > 0
  }

  /** Keeps the file open, and on disk, until as many `unpin`s. */
  pin(): void {
    this.#pins++
  }

  unpin(): void {
    this.#pins--
    if (this.#pins === 0 && this.#whenUnused !== undefined) {
      this.#open.close(this)
      this.#whenUnused()
    }
  }

  /** The open file, or undefined when it has to be waited for. */
  now(): DataFile | undefined {
    return this.#open.touch(this)
  }

  async get(how: 'write' | 'create' = 'write'): Promise<DataFile> {
    for (;;) {
      const file = this.now()
      if (file !== undefined) return file
      if (this.#renaming === undefined) return (this.#opening ??= this.#openFile(how))
      await this.#renaming
    }
  }

  /** As `DataFile.read`; at once where the reads before it were as fast as memory. Who reads has pinned it. */
  read(into: Uint8Array, position: number): Promise<number> | number {
    const file = this.#warmBytes > 0 ? this.now() : undefined
    if (file === undefined) return this.#readLater(into, position)
    const { clock } = this.#open
    const startedMs = clock.elapsedMs()
    const count = file.readNow(into, position)
    this.#warmBytes = clock.elapsedMs() - startedMs > WARM_MS ? 0 : this.#warmBytes - into.length
    return count
  }

  async #readLater(into: Uint8Array, position: number): Promise<number> {
    const file = await this.get()
    const { clock } = this.#open
    const startedMs = clock.elapsedMs()
    const count = await file.read(into, position)
    this.#warmBytes = clock.elapsedMs() - startedMs > WARM_MS ? 0 : AT_ONCE_BYTES
    return count
  }

  /** Gives the file another name. Whoever has it open keeps it; whoever opens it meanwhile opens it under the new one. */
  async rename(path: string): Promise<void> {
    while (this.#opening !== undefined) await this.#opening.catch(() => {})
    const renaming = this.#open.files.rename(this.#path, path).then(() => void (this.#path = path))
    this.#renaming = renaming.catch(() => {})
    await renaming.finally(() => (this.#renaming = undefined))
  }

  /** Closes it, and calls back once the last reader is gone. */
  retire(whenUnused: () => void): void {
    this.#whenUnused = whenUnused
    if (this.#pins > 0) return
    this.#open.close(this)
    whenUnused()
  }

  close(): void {
    this.#open.close(this)
  }

  async #openFile(how: 'write' | 'create'): Promise<DataFile> {
    try {
      const file = await this.#open.files.open(this.#path, how)
      this.#open.add(this, file)
      return file
    } finally {
      this.#opening = undefined
    }
  }
}
