/**
 * The topic that holds the schemas, as the registry needs it. The Kafka client makes one of a cluster, tests make one of an
 * array.
 *
 *     await topic.follow({ record: store.apply, failed: … })   // everything that is there, then whatever comes
 *     const offset = await topic.append(key, value)            // durable; and soon `record` tells it
 *
 * The topic promises: one partition, compacted (it is made so if it is missing, and refused if it is otherwise); records are
 * told in the order of their offsets, each once, none left out but what compaction took away; an append that was answered is
 * on all in-sync replicas (`acks=all`). Connections that break are its own affair: it goes on where it was.
 */
import { MillraceError } from '../../base/errors.ts'

export const SCHEMA_TOPIC = '_schemas'

/** Keys and values are JSON texts; a value of null deletes its key. */
export interface TopicRecord {
  readonly offset: number
  readonly timestampMs: number
  readonly key: string | null
  readonly value: string | null
}

export interface Follower {
  record(record: TopicRecord): void
  /** Following has ended and will not go on by itself. */
  failed(error: unknown): void
}

export interface SchemaTopic {
  /** Resolves when everything that was there at the call has been told. */
  follow(follower: Follower): Promise<void>
  /** Resolves when everything that is there now, whoever wrote it, has been told. */
  caughtUp(): Promise<void>
  /** Resolves with the record's offset once it is durable. Rejects with `RecordTooLargeError`, or with what the cluster said. */
  append(key: string, value: string | null): Promise<number>
  close(): Promise<void>
}

/** The cluster takes no record of this size. */
export class RecordTooLargeError extends MillraceError {
  constructor(bytes: number, cause?: unknown) {
    super('SCHEMA_TOO_LARGE', 'user', `a record of ${bytes} bytes is larger than the topic takes`, { cause })
  }
}
