/** A partition that a consumer reads, and how far it is. */
import type { TopicPartition } from '../offsets.ts'

export interface Assignment extends TopicPartition {
  /** The first offset to read. */
  readonly offset: number
  /** The first offset not to read any more; absent: it goes on for ever. */
  readonly stopAt?: number | undefined
}

export class AssignedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** `orders-3` */
  readonly name: string
  readonly stopAt: number
  /** Behind the last record that was handed out. */
  position: number
  /** Behind the last record that has been fetched. */
  fetchOffset: number
  /** Of the last batch that has been fetched; −1 before there is one. */
  offsetEpoch = -1
  /** Who is asked, and since when it leads. −1: to be found out. */
  leader = -1
  leaderEpoch = -1
  /** What is known of its leader led nowhere: the cluster has to be asked. */
  stale = false
  maxBytes: number
  /** Fetched, and not handed out to the end. */
  buffered = 0
  /** As the broker said last; −1 before it did. */
  highWatermark = -1
  lastStableOffset = -1
  logStartOffset = -1
  /** Trying again is not worth it before. */
  notBeforeMs = 0
  /** Since when it can't be read; undefined while it can. */
  failingSinceMs: number | undefined

  constructor(assignment: Assignment, maxBytes: number) {
    this.topic = assignment.topic
    this.partition = assignment.partition
    this.name = `${assignment.topic}-${assignment.partition}`
    this.stopAt = assignment.stopAt ?? Infinity
    this.position = assignment.offset
    this.fetchOffset = assignment.offset
    this.maxBytes = maxBytes
  }

  /** Everything up to `stopAt` was handed out. */
  get ended(): boolean {
    return this.position >= this.stopAt
  }

  /** There is nothing more to ask for. */
  get fetched(): boolean {
    return this.fetchOffset >= this.stopAt
  }
}
