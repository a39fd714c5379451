/**
 * Records that a Kafka writes for itself, decoded: of `__consumer_offsets`, `__transaction_state` and `__cluster_metadata`.
 *
 *     OffsetCommit {"group":"g","topic":"orders","partition":0} = {"offset":42,…}
 */
import { decodeCoordinatorRecord, groupLog, transactionLog } from '../protocol/coordinator-records.ts'
import { decodeMetadataRecord } from '../protocol/metadata-records.ts'

export interface OwnRecord {
  readonly name: string
  readonly key: unknown
  readonly value: unknown
}

/** Undefined for topics of users, and for types of records that are not known. */
export function ownRecord(topic: string, key: Uint8Array | null, value: Uint8Array | null): OwnRecord | undefined {
  switch (topic) {
    case '__consumer_offsets':
      return key === null ? undefined : decodeCoordinatorRecord(groupLog, key, value)
    case '__transaction_state':
      return key === null ? undefined : decodeCoordinatorRecord(transactionLog, key, value)
    case '__cluster_metadata': {
      if (value === null) return undefined
      const record = decodeMetadataRecord(value)
      if (record === undefined) return undefined
      return { name: record.name, key: null, value: /Scram|Token/.test(record.name) ? secretless(record.value) : record.value }
    }
    default:
      return undefined
  }
}

/** Salts and keys stay where they are. */
const secretless = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([name, each]) => [name, each instanceof Uint8Array ? '(secret)' : each]))
