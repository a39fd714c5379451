/**
 * Requests out of a stream of bytes: four bytes of length, then that much. A frame that lies whole in what was read is a view
 * of it; a longer one is put together in memory that grows with what arrives, never with what is claimed.
 */
import { MillraceError } from '../../base/errors.ts'
import type { Lender } from '../log/segment-writes.ts'
import type { MemoryBudget } from './memory-budget.ts'

/** One request's bytes, until everyone who looks into them has let go. */
export class Frame implements Lender {
  readonly bytes: Uint8Array
  readonly #budget: MemoryBudget
  readonly #memory: FrameMemory | undefined
  #holders = 1

  /** `memory`: where its memory goes in the end, to be written over. */
  constructor(bytes: Uint8Array, budget: MemoryBudget, memory?: FrameMemory) {
    this.bytes = bytes
    this.#budget = budget
    this.#memory = memory
    budget.take(bytes.length)
  }

  retain(): void {
    this.#holders++
  }

  release(): void {
    if (--this.#holders > 0) return
    this.#budget.give(this.bytes.length)
    this.#memory?.give(this.bytes.buffer as ArrayBuffer)
  }
}

/** Takes back what a frame lay in. */
interface FrameMemory {
  give(buffer: ArrayBuffer): void
}

/** Short frames one behind the other, of whichever connections. It is written over once all of them are released. */
class Slab implements FrameMemory {
  readonly #bytes = new Uint8Array(SLAB_BYTES)
  readonly #whenFree: (slab: Slab) => void
  #used = 0
  #frames = 0
  /** No frame is added any more. */
  #full = false

  constructor(whenFree: (slab: Slab) => void) {
    this.#whenFree = whenFree
  }

  /** Undefined when it has no room left. */
  take(bytes: number): Uint8Array | undefined {
    if (bytes > SLAB_BYTES - this.#used) {
      this.#full = true
      this.#freeIfUnused()
      return undefined
    }
    this.#frames++
    this.#used += bytes
    return this.#bytes.subarray(this.#used - bytes, this.#used)
  }

  give(): void {
    this.#frames--
    this.#freeIfUnused()
  }

  #freeIfUnused(): void {
    if (!this.#full || this.#frames > 0) return
    this.#full = false
    this.#used = 0
    this.#whenFree(this)
  }
}

/**
 * Memory of frames, used again and again: allocating it anew for each costs more than anything else on the way of a batch.
 * Only for requests of which nothing is kept beyond their release: Produce, whose batches are written or copied by then.
 */
export class FramePool {
  readonly #free: ArrayBuffer[][] = []
  #keptBytes = 0
  #slab: Slab | undefined
  readonly #freeSlabs: Slab[] = []
  #slabs = 0

  /** A frame with a copy of `bytes`. */
  copied(bytes: Uint8Array, budget: MemoryBudget): Frame {
    if (bytes.length > SLAB_BYTES / 4) {
      const copy = this.take(bytes.length).subarray(0, bytes.length)
      copy.set(bytes)
      return new Frame(copy, budget, this)
    }
    let copy = this.#slab?.take(bytes.length)
    if (copy === undefined) {
      this.#slab = this.#freeSlabs.pop() ?? this.#newSlab()
      copy = this.#slab?.take(bytes.length) ?? Buffer.allocUnsafe(bytes.length)
    }
    copy.set(bytes)
    return new Frame(copy, budget, this.#slab)
  }

  /** Undefined when there are too many: a short frame that waits for long keeps its whole slab. */
  #newSlab(): Slab | undefined {
    if (this.#slabs === MOST_SLABS) return undefined
    this.#slabs++
    return new Slab(slab => void this.#freeSlabs.push(slab))
  }

  /** At least so many bytes. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes < 2 ** SMALLEST_POOLED) return new Uint8Array(bytes)
    const size = sizeClass(bytes)
    const buffer = this.#free[size]?.pop()
    if (buffer === undefined) return new Uint8Array(size > LARGEST_POOLED ? bytes : 2 ** size)
    this.#keptBytes -= buffer.byteLength
    return new Uint8Array(buffer)
  }

  give(buffer: ArrayBuffer): void {
    const size = sizeClass(buffer.byteLength)
    if (2 ** size !== buffer.byteLength || size < SMALLEST_POOLED || size > LARGEST_POOLED) return
    if (this.#keptBytes + buffer.byteLength > KEPT_BYTES) return
    this.#keptBytes += buffer.byteLength
    ;(this.#free[size] ??= []).push(buffer)
  }
}

/** As powers of two: 4 KiB and 2 MiB. */
const SMALLEST_POOLED = 12
const LARGEST_POOLED = 21
const KEPT_BYTES = 24 * 1024 * 1024
const SLAB_BYTES = 256 * 1024
const MOST_SLABS = 32

const sizeClass = (bytes: number): number => Math.ceil(Math.log2(bytes))

const PRODUCE = 0

/** A frame that is longer than its connection may send. */
export class FrameTooLarge extends MillraceError {}

const LENGTH_BYTES = 4
const FIRST_BYTES = 8 * 1024
/** More than this is taken for a frame only as it arrives, whatever the connection has shown. */
const MOST_AT_ONCE = 2 * 1024 * 1024

export class FrameAssembler {
  readonly #maxBytes: () => number
  readonly #budget: MemoryBudget
  readonly #pool: FramePool
  /** What has arrived of the frame under way, its length included, and how much that is. */
  #partial = new Uint8Array()
  #filled = 0
  /** The longest frame this connection completed: so much it has shown to mean. */
  #shown = FIRST_BYTES

  /** `maxBytes`: what the connection may send now; more once it has said who it is. */
  constructor(maxBytes: () => number, budget: MemoryBudget, pool: FramePool) {
    this.#maxBytes = maxBytes
    this.#budget = budget
    this.#pool = pool
  }

  /** Hands each frame that is whole now to `deliver`. `passing`: the chunk is written over after this call. */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void, passing = false): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#filled === 0 && chunk.length - at >= LENGTH_BYTES) {
        const end = at + LENGTH_BYTES + this.#lengthAt(chunk, at)
        if (end <= chunk.length) {
          const bytes = chunk.subarray(at + LENGTH_BYTES, end)
          deliver(passing ? this.#copied(bytes) : new Frame(bytes, this.#budget))
          at = end
          continue
        }
      }
      at += this.#collect(chunk, at, deliver)
    }
  }

  #copied(bytes: Uint8Array): Frame {
    const isProduce = bytes.length > 2 && bytes[0] === PRODUCE && bytes[1] === PRODUCE
    if (isProduce) return this.#pool.copied(bytes, this.#budget)
    const copy = Buffer.allocUnsafe(bytes.length)
    copy.set(bytes)
    return new Frame(copy, this.#budget)
  }

  /** Lets go of a frame that will not become whole. */
  close(): void {
    this.#pool.give(this.#partial.buffer as ArrayBuffer)
    this.#partial = new Uint8Array()
    this.#filled = 0
  }

  /** Bytes kept of a frame that is not whole. */
  get pendingBytes(): number {
    return this.#filled
  }

  #collect(chunk: Uint8Array, at: number, deliver: (frame: Frame) => void): number {
    const available = chunk.length - at
    if (this.#filled < LENGTH_BYTES) {
      const count = Math.min(available, LENGTH_BYTES - this.#filled)
      this.#room(LENGTH_BYTES)
      this.#partial.set(chunk.subarray(at, at + count), this.#filled)
      this.#filled += count
      if (this.#filled === LENGTH_BYTES && this.#lengthAt(this.#partial, 0) === 0) this.#complete(deliver)
      return count
    }
    const whole = LENGTH_BYTES + this.#lengthAt(this.#partial, 0)
    const count = Math.min(available, whole - this.#filled)
    this.#room(Math.min(whole, Math.max(this.#filled + count, Math.min(whole, this.#shown))))
    this.#partial.set(count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#filled)
    this.#filled += count
    if (this.#filled === whole) this.#complete(deliver)
    return count
  }

  #complete(deliver: (frame: Frame) => void): void {
    const partial = this.#partial
    const isProduce = this.#filled > 6 && partial[4] === PRODUCE && partial[5] === PRODUCE
    const frame = new Frame(partial.subarray(LENGTH_BYTES, this.#filled), this.#budget, isProduce ? this.#pool : undefined)
    this.#shown = Math.min(MOST_AT_ONCE, Math.max(this.#shown, this.#filled))
    this.#partial = new Uint8Array()
    this.#filled = 0
    deliver(frame)
  }

  /** Room for so many bytes in all; at least doubles, so that a long frame is not copied for each of its pieces. */
  #room(bytes: number): void {
    if (bytes <= this.#partial.length) return
    const larger = this.#pool.take(Math.max(bytes, Math.min(this.#partial.length * 2, this.#maxBytes() + LENGTH_BYTES)))
    larger.set(this.#partial.subarray(0, this.#filled))
    this.#pool.give(this.#partial.buffer as ArrayBuffer)
    this.#partial = larger
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    if (length < 0 || length > this.#maxBytes()) {
      throw new FrameTooLarge(
        'REQUEST_TOO_LARGE',
        'external',
        `a request of ${length >>> 0} bytes; ${this.#maxBytes()} are allowed`,
      )
    }
    return length
  }
}
