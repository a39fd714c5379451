/** What transactions need of the groups: offsets that wait for the end of a transaction. */

/** An offset that is to be committed with a transaction. */
export interface StagedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface OffsetsToStage {
  readonly groupId: string
  readonly producerId: number
  readonly producerEpoch: number
  /** Empty, with generation −1, of a producer that says nothing of its consumer. */
  readonly memberId: string
  readonly generationId: number
  readonly groupInstanceId: string | null
  readonly offsets: readonly StagedOffset[]
}

export interface TransactionalOffsets {
  /** Keeps offsets aside until the producer's transaction ends. Answers Kafka's error code for each. */
  stageOffsets(commit: OffsetsToStage): readonly number[]
  /** Commits what the producer has put aside in these groups, or drops it. Once more does no harm. */
  completeTransaction(producerId: number, groupIds: readonly string[], outcome: 'commit' | 'abort'): void
}
