/** The broker's properties about compaction: Kafka's `log.cleaner.…`. */
import type { CleanerSettings } from '../../log/compaction/log-cleaner.ts'
import type { ConfigDefinition } from './definition.ts'

export const cleanerConfigs: readonly ConfigDefinition[] = [
  {
    name: 'log.cleaner.backoff.ms',
    type: 'long',
    default: '15000',
    min: 0,
    dynamic: 'cluster',
    description: 'so often logs are looked at for compaction',
  },
  {
    name: 'log.cleaner.dedupe.buffer.size',
    type: 'long',
    default: String(128 * 1024 ** 2),
    dynamic: 'cluster',
    description: 'what the map of keys of a round of compaction may take',
  },
  { name: 'log.cleaner.enable', type: 'boolean', default: 'true', description: 'are topics compacted' },
  {
    name: 'log.cleaner.io.buffer.load.factor',
    type: 'double',
    default: '0.9',
    dynamic: 'cluster',
    description: 'how full the map of keys may get',
  },
]

export const cleanerSettings = (valueOf: (name: string) => string): CleanerSettings => ({
  enabled: valueOf('log.cleaner.enable').trim().toLowerCase() === 'true',
  backoffMs: Number(valueOf('log.cleaner.backoff.ms')),
  dedupeBufferBytes: Math.min(Number(valueOf('log.cleaner.dedupe.buffer.size')), MOST_MAP_BYTES),
  loadFactor: Math.max(EMPTIEST, Math.min(Number(valueOf('log.cleaner.io.buffer.load.factor')), FULLEST)),
})

/** Above it no array goes. */
const MOST_MAP_BYTES = 2 ** 33
const EMPTIEST = 0.01
/** A table without a free slot would search for ever for a key that it does not have. */
const FULLEST = 0.95
