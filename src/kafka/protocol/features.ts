/**
 * Features that a cluster finalizes, by their levels (KIP-584). Clients read them from ApiVersions: Java's producer speaks the
 * second transaction protocol only where `transaction.version` is 2, consumers find the new groups by `group.version`.
 */
export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
  /** What is finalized; 0 is a feature that is switched off. */
  readonly finalized: number
}

export const METADATA_VERSION = 'metadata.version'
export const TRANSACTION_VERSION = 'transaction.version'
export const GROUP_VERSION = 'group.version'
export const ELIGIBLE_LEADER_REPLICAS_VERSION = 'eligible.leader.replicas.version'

/** Levels of metadata.version, as Kafka counts them: 7 is 3.3-IV3, 25 is 4.0-IV3, 30 is 4.3-IV0. */
export const METADATA_VERSION_4_3 = 30

/** What this broker has. Share groups and streams groups are not among it. */
export const features: readonly Feature[] = [
  { name: METADATA_VERSION, min: 7, max: METADATA_VERSION_4_3, finalized: METADATA_VERSION_4_3 },
  { name: TRANSACTION_VERSION, min: 0, max: 2, finalized: 2 },
  { name: GROUP_VERSION, min: 0, max: 1, finalized: 1 },
  { name: ELIGIBLE_LEADER_REPLICAS_VERSION, min: 0, max: 1, finalized: 1 },
]
