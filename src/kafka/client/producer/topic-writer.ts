/** One topic as records are written to it: which partition each goes to. */
import { ConnectorError } from '../../../base/errors.ts'
import type { RecordHeader } from '../../records/headers.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { Partitioner } from './partitioner.ts'
import type { Producer } from './producer.ts'

export const NOTHING = new Uint8Array(0)

/** One topic's partitions, and how records are spread over them. */
export class TopicWriter {
  readonly name: string
  /** By partition. More may come. */
  readonly queues: PartitionQueue[] = []
  readonly #partitioner: Partitioner
  readonly #producer: Producer

  constructor(name: string, partitioner: Partitioner, producer: Producer) {
    this.name = name
    this.#partitioner = partitioner
    this.#producer = producer
  }

  /** A record as slices of buffers, which are copied. A start of −1 is a null. */
  append(
    timestamp: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers?: readonly RecordHeader[],
    partition?: number,
  ): void {
    const queue = this.queueOf(key, keyStart, keyEnd, partition)
    this.#producer.appendSlices(queue, timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd, headers)
  }

  /**
   * Records without keys and headers: value `row` is `values[start, ends[row])`, and the next one begins there; an end below 0
   * is a null.
   */
  appendValues(timestamp: number, values: Uint8Array, ends: Int32Array, rows: number): void {
    let start = 0
    for (let row = 0; row < rows;) {
      const queue = this.queueOf(NOTHING, -1, -1)
      if (ends[row]! < 0) {
        this.#producer.appendSlices(queue, timestamp, NOTHING, -1, -1, NOTHING, -1, -1, undefined)
        row++
        continue
      }
      row = this.#producer.appendValues(queue, timestamp, values, start, ends, row, rows)
      // Those before it are values, too.
      start = ends[row - 1]!
    }
  }

  queueOf(key: Uint8Array, keyStart: number, keyEnd: number, partition?: number): PartitionQueue {
    const chosen = partition ?? this.#partitioner.choose(key, keyStart, keyEnd, this.queues.length)
    const queue = this.queues[chosen]
    if (queue !== undefined) return queue
    throw new ConnectorError('KAFKA_TOPIC_UNKNOWN', `topic ${this.name} has no partition ${chosen}, only ${this.queues.length}`)
  }

  full(partition: number): void {
    this.#partitioner.full?.(partition)
  }
}
