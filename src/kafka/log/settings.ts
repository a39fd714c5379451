/** What a topic's configuration says to its logs. Names and meaning are Kafka's topic configs. */
export interface LogSettings {
  /** `segment.bytes` */
  readonly segmentBytes: number
  /** `segment.ms`: a batch so much later than the segment's first one starts a new segment. */
  readonly segmentMs: number
  /** `segment.jitter.ms`: at most so much earlier, so that not all partitions of a topic start segments at once. */
  readonly segmentJitterMs: number
  /** `segment.index.bytes` */
  readonly segmentIndexBytes: number
  /** `index.interval.bytes` */
  readonly indexIntervalBytes: number
  /** `retention.ms`, −1 for ever. */
  readonly retentionMs: number
  /** `retention.bytes`, −1 without a limit. */
  readonly retentionBytes: number
  /** `cleanup.policy` contains delete. */
  readonly deletes: boolean
  /** `cleanup.policy` contains compact. */
  readonly compacts: boolean
  /** `min.cleanable.dirty.ratio` */
  readonly minCleanableRatio: number
  /** `min.compaction.lag.ms`, `max.compaction.lag.ms` */
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
  /** `delete.retention.ms`: so long a tombstone stays behind the round that first saw it. */
  readonly deleteRetentionMs: number
  /** `file.delete.delay.ms`: so long the files of a segment stay that compaction has replaced. */
  readonly fileDeleteDelayMs: number
}

/** Kafka's defaults. */
export const defaultLogSettings: LogSettings = {
  segmentBytes: 1024 ** 3,
  segmentMs: 7 * 24 * 3_600_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 ** 2,
  indexIntervalBytes: 4096,
  retentionMs: 7 * 24 * 3_600_000,
  retentionBytes: -1,
  deletes: true,
  compacts: false,
  minCleanableRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: 24 * 3_600_000,
  fileDeleteDelayMs: 60_000,
}
