/**
 * Which partition a record goes to.
 *
 *     byKey         a key always to the same one, as Java's producer does; records without a key to one until its batch is
 *                   full, then to another
 *     roundRobin    one after the other, whatever the key
 *     fixed(2)      all to one
 */
import type { Random } from '../../../base/random.ts'
import { murmur2 } from './murmur2.ts'

export interface Partitioner {
  /** Of the record whose key is `key[start, end)`; −1 starts a record without one. */
  choose(key: Uint8Array, start: number, end: number, partitions: number): number
  /** A batch of this partition is full. */
  full?(partition: number): void
}

/** The partition of a key, as everyone computes it. */
export const partitionOfKey = (key: Uint8Array, start: number, end: number, partitions: number): number =>
  (murmur2(key, start, end) & 0x7fff_ffff) % partitions

export function byKey(random: Random): Partitioner {
  // Where records without a key go now.
  let sticky = -1
  return {
    choose(key, start, end, partitions) {
      if (start >= 0) return partitionOfKey(key, start, end, partitions)
      if (sticky < 0 || sticky >= partitions) sticky = Math.floor(random.next() * partitions)
      return sticky
    },
    full(partition) {
      if (partition === sticky) sticky = -1
    },
  }
}

export function roundRobin(): Partitioner {
  let last = -1
  return { choose: (_key, _start, _end, partitions) => (last = (last + 1) % partitions) }
}

export const fixed = (partition: number): Partitioner => ({ choose: (_key, _start, _end, partitions) => partition % partitions })
