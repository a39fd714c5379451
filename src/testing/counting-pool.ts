/** A poisoned pool that knows how many buffers are out: what is still out when all is closed was forgotten. */
import { BufferPool, type PooledArray } from '../data/pool.ts'

export class CountingPool extends BufferPool {
  /** Buffers that were taken and not given back. */
  outstanding = 0

  constructor() {
    super({ poison: true })
  }

  override u8(length: number): Uint8Array {
    this.outstanding += 1
    return super.u8(length)
  }

  override i32(length: number): Int32Array {
    this.outstanding += 1
    return super.i32(length)
  }

  override f64(length: number): Float64Array {
    this.outstanding += 1
    return super.f64(length)
  }

  override i64(length: number): BigInt64Array {
    this.outstanding += 1
    return super.i64(length)
  }

  override give(array: PooledArray): void {
    this.outstanding -= 1
    super.give(array)
  }
}
