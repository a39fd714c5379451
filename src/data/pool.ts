/**
 * Typed arrays that are used again. Allocating fresh ones per chunk costs up to six times as much as the work on them.
 *
 * The borrower promises to `give` back exactly what it `take`s, once, and not to touch it afterwards. The pool promises
 * an array of at least the asked length with unspecified contents. Under `poison` what comes back is overwritten, so that
 * a view that outlived its buffer shows in a test.
 */
import { assert } from '../base/assert.ts'

export type PooledArray = Uint8Array | Int32Array | Float64Array | BigInt64Array

/** Larger arrays are left to the garbage collector. */
const MAX_POOLED_BYTES = 32 << 20
const MAX_KEPT_PER_CLASS = 64

export class BufferPool {
  readonly #poison: boolean
  readonly #u8: Uint8Array[][] = []
  readonly #i32: Int32Array[][] = []
  readonly #f64: Float64Array[][] = []
  readonly #i64: BigInt64Array[][] = []
  /** Under `poison`, what is in the pool now: giving back twice is a bug. */
  readonly #kept = new Set<PooledArray>()

  constructor(options: { readonly poison?: boolean } = {}) {
    this.#poison = options.poison ?? false
  }

  u8(length: number): Uint8Array {
    return this.#taken(this.#u8[sizeClass(length)]?.pop()) ?? new Uint8Array(1 << sizeClass(length))
  }

  i32(length: number): Int32Array {
    return this.#taken(this.#i32[sizeClass(length)]?.pop()) ?? new Int32Array(1 << sizeClass(length))
  }

  f64(length: number): Float64Array {
    return this.#taken(this.#f64[sizeClass(length)]?.pop()) ?? new Float64Array(1 << sizeClass(length))
  }

  i64(length: number): BigInt64Array {
    return this.#taken(this.#i64[sizeClass(length)]?.pop()) ?? new BigInt64Array(1 << sizeClass(length))
  }

  give(array: PooledArray): void {
    if (this.#poison) {
      assert(!this.#kept.has(array), 'a buffer is given back to the pool once')
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(0xa5)
    }
    if (array.byteLength > MAX_POOLED_BYTES) return
    const shelf = this.#shelf(array)
    if (shelf.length >= MAX_KEPT_PER_CLASS) return
    if (this.#poison) this.#kept.add(array)
    shelf.push(array)
  }

  #taken<A extends PooledArray>(array: A | undefined): A | undefined {
    if (this.#poison && array !== undefined) this.#kept.delete(array)
    return array
  }

  #shelf(array: PooledArray): PooledArray[] {
    const shelves: PooledArray[][] =
      array instanceof Uint8Array
        ? this.#u8
        : array instanceof Int32Array
          ? this.#i32
          : array instanceof Float64Array
            ? this.#f64
            : this.#i64
    const size = sizeClass(array.length)
    assert(array.length === 1 << size, 'an array that goes to the pool came from the pool')
    return (shelves[size] ??= [])
  }
}

/** The power of two at or above `length`. */
const sizeClass = (length: number): number => (length <= 1 ? 0 : 32 - Math.clz32(length - 1))
