/** The properties of a topic, as Kafka 4.3 has them, and what its logs make of them. */
import type { LogSettings } from '../../log/settings.ts'
import { type ConfigDefinition, ConfigTable, InvalidConfigError, listOf } from './definition.ts'

const DAY_MS = 24 * 3_600_000
const LONG_MAX = '9223372036854775807'

const tiered = 'there is no remote storage'
const replicated = 'there is one replica of each partition'

const onlyFalse = (text: string): string | undefined =>
  /^false$/i.test(text.trim()) ? undefined : 'false: there is no remote storage'

const throttledReplicas = (text: string): string | undefined =>
  text.trim() === '*' || listOf(text).every(pair => /^\d+:\d+$/.test(pair)) ? undefined : '*, or a list of partition:broker'

export const topicConfigs: ConfigTable = new ConfigTable([
  {
    name: 'cleanup.policy',
    type: 'list',
    default: 'delete',
    values: ['compact', 'delete'],
    brokerName: 'log.cleanup.policy',
    description: 'delete old segments, keep the last record of each key, or both',
  },
  {
    name: 'compression.gzip.level',
    type: 'int',
    default: '-1',
    min: -1,
    max: 9,
    not: [0],
    brokerName: 'compression.gzip.level',
    description: 'level for compression.type gzip',
  },
  {
    name: 'compression.lz4.level',
    type: 'int',
    default: '9',
    min: 1,
    max: 17,
    brokerName: 'compression.lz4.level',
    description: 'level for compression.type lz4',
    inert: 'there is one level of lz4',
  },
  {
    name: 'compression.type',
    type: 'string',
    default: 'producer',
    values: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    brokerName: 'compression.type',
    description: 'how batches are stored; producer: as they come',
  },
  {
    name: 'compression.zstd.level',
    type: 'int',
    default: '3',
    min: -131072,
    max: 22,
    brokerName: 'compression.zstd.level',
    description: 'level for compression.type zstd',
  },
  {
    name: 'delete.retention.ms',
    type: 'long',
    default: String(DAY_MS),
    min: 0,
    brokerName: 'log.cleaner.delete.retention.ms',
    description: 'so long a tombstone can be read in a compacted topic',
  },
  {
    name: 'file.delete.delay.ms',
    type: 'long',
    default: '60000',
    min: 0,
    brokerName: 'log.segment.delete.delay.ms',
    description: 'so long the files of a segment stay that compaction has replaced',
  },
  {
    name: 'flush.messages',
    type: 'long',
    default: LONG_MAX,
    min: 1,
    brokerName: 'log.flush.interval.messages',
    description: 'sync after so many messages',
    inert: 'syncs follow --durability',
  },
  {
    name: 'flush.ms',
    type: 'long',
    default: LONG_MAX,
    min: 0,
    brokerName: 'log.flush.interval.ms',
    otherwise: [['log.flush.scheduler.interval.ms', 1]],
    description: 'sync after so long',
    inert: 'syncs follow --durability',
  },
  {
    name: 'follower.replication.throttled.replicas',
    type: 'list',
    default: '',
    check: throttledReplicas,
    description: 'replicas whose replication is throttled',
    inert: replicated,
  },
  {
    name: 'index.interval.bytes',
    type: 'int',
    default: '4096',
    min: 0,
    brokerName: 'log.index.interval.bytes',
    description: 'bytes between two entries of an index',
  },
  {
    name: 'leader.replication.throttled.replicas',
    type: 'list',
    default: '',
    check: throttledReplicas,
    description: 'replicas whose replication is throttled',
    inert: replicated,
  },
  {
    name: 'local.retention.bytes',
    type: 'long',
    default: '-2',
    min: -2,
    brokerName: 'log.local.retention.bytes',
    description: 'local part of retention.bytes',
    inert: tiered,
  },
  {
    name: 'local.retention.ms',
    type: 'long',
    default: '-2',
    min: -2,
    brokerName: 'log.local.retention.ms',
    description: 'local part of retention.ms',
    inert: tiered,
  },
  {
    name: 'max.compaction.lag.ms',
    type: 'long',
    default: LONG_MAX,
    min: 1,
    brokerName: 'log.cleaner.max.compaction.lag.ms',
    description: 'so long a record may wait for compaction',
  },
  {
    name: 'max.message.bytes',
    type: 'int',
    default: '1048588',
    min: 0,
    brokerName: 'message.max.bytes',
    description: 'the largest batch that is taken',
  },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'long',
    default: '3600000',
    min: 0,
    brokerName: 'log.message.timestamp.after.max.ms',
    description: 'so far in the future a timestamp may lie',
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'long',
    default: LONG_MAX,
    min: 0,
    brokerName: 'log.message.timestamp.before.max.ms',
    description: 'so far in the past a timestamp may lie',
  },
  {
    name: 'message.timestamp.type',
    type: 'string',
    default: 'CreateTime',
    values: ['CreateTime', 'LogAppendTime'],
    brokerName: 'log.message.timestamp.type',
    description: 'whose clock a timestamp is of',
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: 'double',
    default: '0.5',
    min: 0,
    max: 1,
    brokerName: 'log.cleaner.min.cleanable.ratio',
    description: 'compact when so much of the log is not',
  },
  {
    name: 'min.compaction.lag.ms',
    type: 'long',
    default: '0',
    min: 0,
    brokerName: 'log.cleaner.min.compaction.lag.ms',
    description: 'so long a record is not compacted',
  },
  {
    name: 'min.insync.replicas',
    type: 'int',
    default: '1',
    min: 1,
    brokerName: 'min.insync.replicas',
    description: 'replicas that acks=all asks for',
    inert: replicated,
  },
  {
    name: 'preallocate',
    type: 'boolean',
    default: 'false',
    brokerName: 'log.preallocate',
    description: 'make files at full length',
    inert: 'files grow',
  },
  {
    name: 'remote.log.copy.disable',
    type: 'boolean',
    default: 'false',
    description: 'no copies to remote storage',
    inert: tiered,
  },
  {
    name: 'remote.log.delete.on.disable',
    type: 'boolean',
    default: 'false',
    description: 'delete remote segments',
    inert: tiered,
  },
  {
    name: 'remote.storage.enable',
    type: 'boolean',
    default: 'false',
    check: onlyFalse,
    description: 'keep segments elsewhere',
    inert: tiered,
  },
  {
    name: 'retention.bytes',
    type: 'long',
    default: '-1',
    brokerName: 'log.retention.bytes',
    description: 'bytes of a partition; -1: no limit',
  },
  {
    name: 'retention.ms',
    type: 'long',
    default: String(7 * DAY_MS),
    min: -1,
    brokerName: 'log.retention.ms',
    otherwise: [
      ['log.retention.minutes', 60_000],
      ['log.retention.hours', 3_600_000],
    ],
    description: 'so long records stay; -1: for ever',
  },
  {
    name: 'segment.bytes',
    type: 'int',
    default: String(1024 ** 3),
    min: 1024,
    brokerName: 'log.segment.bytes',
    description: 'the largest segment',
  },
  {
    name: 'segment.index.bytes',
    type: 'int',
    default: String(10 * 1024 ** 2),
    min: 4,
    brokerName: 'log.index.size.max.bytes',
    description: 'the largest index',
  },
  {
    name: 'segment.jitter.ms',
    type: 'long',
    default: '0',
    min: 0,
    brokerName: 'log.roll.jitter.ms',
    otherwise: [['log.roll.jitter.hours', 3_600_000]],
    description: 'at most so much earlier a segment ends than segment.ms says',
  },
  {
    name: 'segment.ms',
    type: 'long',
    default: String(7 * DAY_MS),
    min: 1,
    brokerName: 'log.roll.ms',
    otherwise: [['log.roll.hours', 3_600_000]],
    description: 'a segment ends after so long',
  },
  {
    name: 'unclean.leader.election.enable',
    type: 'boolean',
    default: 'false',
    brokerName: 'unclean.leader.election.enable',
    description: 'may a replica lead that lacks records',
    inert: replicated,
  },
] satisfies ConfigDefinition[])

/** What a topic's properties come to. */
export interface TopicSettings extends LogSettings {
  readonly maxMessageBytes: number
  readonly logAppendTime: boolean
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  /** As they come, or stored under a codec of the topic's own. */
  readonly compression: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly compressionLevel: number | undefined
}

/** Fails where properties that are right by themselves do not go together. */
export function checkTopicSettings(valueOf: (name: string) => string): void {
  const number = (name: string) => Number(valueOf(name))
  if (number('min.compaction.lag.ms') > number('max.compaction.lag.ms'))
    throw new InvalidConfigError('CONFIG_INVALID', 'user', 'min.compaction.lag.ms is more than max.compaction.lag.ms')
}

/** `valueOf`: a property's text, the default included. */
export function topicSettings(valueOf: (name: string) => string): TopicSettings {
  const number = (name: string) => Math.min(Number(valueOf(name)), Number.MAX_SAFE_INTEGER)
  const policies = listOf(valueOf('cleanup.policy'))
  const compression = valueOf('compression.type') as TopicSettings['compression']
  return {
    segmentBytes: number('segment.bytes'),
    // What may wait for compaction only so long has to be in a closed segment by then.
    segmentMs: Math.max(
      1,
      Math.min(number('segment.ms'), policies.includes('compact') ? number('max.compaction.lag.ms') : Infinity),
    ),
    segmentJitterMs: Math.min(number('segment.jitter.ms'), number('segment.ms')),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    deletes: policies.includes('delete'),
    compacts: policies.includes('compact'),
    minCleanableRatio: number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    maxMessageBytes: number('max.message.bytes'),
    logAppendTime: valueOf('message.timestamp.type') === 'LogAppendTime',
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    compression,
    compressionLevel: ['gzip', 'zstd'].includes(compression) ? number(`compression.${compression}.level`) : undefined,
  }
}
