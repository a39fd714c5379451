/** What a broker's properties say of groups and their offsets. */
export interface GroupSettings {
  // Groups of the classic protocol.
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly initialRebalanceDelayMs: number
  readonly maxSize: number
  // Groups of KIP-848. A group may have its own.
  readonly consumerSessionTimeoutMs: number
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerAssignmentIntervalMs: number
  readonly consumerMaxSize: number
  /** Names of assignors; the first is for groups whose members do not say. */
  readonly consumerAssignors: readonly string[]
  // Offsets.
  readonly offsetMetadataMaxBytes: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckMs: number
}
