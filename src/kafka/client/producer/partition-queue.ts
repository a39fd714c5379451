/**
 * What is to be written to one partition: records that gather to a batch, batches that wait, and those that are on their way.
 *
 *     append → [ builder ] → sealed → in flight → done
 *                              ↑         │
 *                              └─────────┘ a batch failed: it and all behind it go again, in order
 */
import { type Codec } from '../../records/compression.ts'
import { BatchBuilder } from '../../records/batch-builder.ts'
import {
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  addToSequence,
  baseSequenceAt,
  setProducer,
} from '../../records/batch.ts'
import { headersOf } from '../../records/headers.ts'
import { RecordReader } from '../../records/record-reader.ts'

export interface ProducerIdentity {
  readonly id: number
  readonly epoch: number
}

export interface BatchSettings {
  readonly codec: Codec
  readonly level: number | undefined
  readonly transactional: boolean
}

/** Where a record came to lie. */
export interface Written {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Someone who wants to know where record `row` of a batch comes to lie. */
interface Waiter {
  readonly row: number
  done(written: Written | undefined, error: unknown): void
}

export class Batch {
  readonly bytes: Uint8Array
  readonly count: number
  /** When its first record came. */
  readonly createdMs: number
  state: 'waiting' | 'sent' | 'done' | 'failed' = 'waiting'
  waiters: readonly Waiter[] = []

  constructor(bytes: Uint8Array, count: number, createdMs: number) {
    this.bytes = bytes
    this.count = count
    this.createdMs = createdMs
  }

  written(topic: string, partition: number, baseOffset: number): void {
    for (const { row, done } of this.waiters) done({ topic, partition, offset: baseOffset + row }, undefined)
  }

  lost(error: unknown): void {
    for (const { done } of this.waiters) done(undefined, error)
  }
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly name: string
  readonly #builder: BatchBuilder
  readonly sealed: Batch[] = []
  /** In the order they were sent. */
  readonly inFlight: Batch[] = []
  /** When the first record came that is not sealed. */
  firstMs = Infinity
  /** What has gathered is to go, full or not. */
  due = false
  /** Some batch failed: nothing is sent until all that is on its way was answered. */
  recovering = false
  notBeforeMs = 0
  nextSequence = 0
  /** It is part of the transaction under way. */
  inTransaction = false
  #waiting: Waiter[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}-${partition}`
    this.#builder = new BatchBuilder(4 << 10)
  }

  get builder(): BatchBuilder {
    return this.#builder
  }

  /** Nothing is left to be written. */
  get empty(): boolean {
    return this.#builder.count === 0 && this.sealed.length === 0 && this.inFlight.length === 0
  }

  /** Bytes that have gathered and are not sealed. */
  get gatheredBytes(): number {
    return this.#builder.count === 0 ? 0 : this.#builder.bytes
  }

  /** Tells when the record that was appended last is written. */
  notify(done: Waiter['done']): void {
    this.#waiting.push({ row: this.#builder.count - 1, done })
  }

  /** Makes a batch of what has gathered. */
  seal(settings: BatchSettings, producer: ProducerIdentity | undefined): Batch {
    const { count } = this.#builder
    const bytes = this.#builder.finish({
      codec: settings.codec,
      level: settings.level,
      transactional: settings.transactional,
      producerId: producer?.id ?? NO_PRODUCER_ID,
      producerEpoch: producer?.epoch ?? NO_PRODUCER_EPOCH,
      baseSequence: producer === undefined ? NO_SEQUENCE : this.nextSequence,
    })
    if (producer !== undefined) this.nextSequence = addToSequence(this.nextSequence, count)
    const batch = new Batch(bytes, count, this.firstMs)
    batch.waiters = this.#waiting
    this.#waiting = []
    this.firstMs = Infinity
    this.due = false
    this.sealed.push(batch)
    return batch
  }

  /** What failed goes again, before what waits. True once nothing is on its way. */
  recovered(): boolean {
    while (this.inFlight[0]?.state === 'done') this.inFlight.shift()
    if (this.inFlight.some(batch => batch.state === 'sent')) return false
    const again = this.inFlight.splice(0).filter(batch => batch.state === 'failed')
    for (const batch of again) batch.state = 'waiting'
    this.sealed.unshift(...again)
    this.recovering = false
    return true
  }

  /** Another producer's from now on, from its first record. Nothing is on its way. */
  restamp({ id, epoch }: ProducerIdentity): void {
    this.nextSequence = 0
    for (const batch of this.sealed) {
      setProducer(batch.bytes, 0, id, epoch, this.nextSequence)
      this.nextSequence = addToSequence(this.nextSequence, batch.count)
    }
  }

  /** Two batches in place of one that is too large for the broker. False for a single record. */
  split(batch: Batch, settings: BatchSettings, producer: ProducerIdentity | undefined): boolean {
    if (batch.count < 2) return false
    const view = new RecordReader({ name: this.name }).read(batch.bytes)
    const at = this.sealed.indexOf(batch)
    const half = batch.count >> 1
    const parts = [
      [0, half],
      [half, batch.count],
    ].map(([from, to]) => {
      const builder = new BatchBuilder(batch.bytes.length)
      builder.startAt(0)
      for (let row = from!; row < to!; row++) {
        const key = view.keyStarts[row]! < 0 ? null : view.bytes.subarray(view.keyStarts[row], view.keyEnds[row])
        const value = view.valueStarts[row]! < 0 ? null : view.bytes.subarray(view.valueStarts[row], view.valueEnds[row])
        builder.append(view.timestamps[row]!, key, value, headersOf(view, row))
      }
      const { codec, level, transactional } = settings
      const part = new Batch(builder.finish({ codec, level, transactional }), to! - from!, batch.createdMs)
      part.waiters = batch.waiters
        .filter(({ row }) => row >= from! && row < to!)
        .map(({ row, done }) => ({ row: row - from!, done }))
      return part
    })
    this.sealed.splice(at, 1, ...parts)
    if (producer !== undefined) this.#stampFrom(at, batch, producer)
    return true
  }

  #stampFrom(at: number, whole: Batch, { id, epoch }: ProducerIdentity): void {
    let sequence = baseSequenceAt(whole.bytes, 0)
    for (const part of this.sealed.slice(at, at + 2)) {
      setProducer(part.bytes, 0, id, epoch, sequence)
      sequence = addToSequence(sequence, part.count)
    }
  }

  /** Forgets what has not been sent: of a transaction that is given up. */
  discard(error: unknown): void {
    this.#builder.reset()
    for (const { done } of this.#waiting.splice(0)) done(undefined, error)
    for (const batch of this.sealed.splice(0)) batch.lost(error)
    this.firstMs = Infinity
    this.due = false
  }
}
