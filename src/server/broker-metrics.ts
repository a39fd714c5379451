/** A broker's numbers by the names that Prometheus reads. `docs/broker-operations.md` lists them. */
import type { IntervalHistogram } from 'node:perf_hooks'
import type { Broker } from '../kafka/broker/broker.ts'
import { apiOf } from '../kafka/protocol/apis.ts'
import { type Metric, type Sample, counter, gauge, renderHistogram, renderMetrics } from './metrics.ts'

/** How often the event loop is looked at, for its delay. */
export const EVENT_LOOP_RESOLUTION_MS = 10

/** `more`: those of what runs beside the broker. */
export function brokerMetrics(broker: Broker, eventLoop: IntervalHistogram, more: readonly Metric[] = []): string {
  const names = (key: number) => ({ api: apiOf(key)?.name ?? String(key) })
  const latencies = broker.stats.latencies.flatMap((histogram, key) => ({ labels: names(key), histogram }))
  return (
    renderMetrics([...metricsOf(broker, eventLoop), ...more]) +
    renderHistogram('millrace_request_seconds', 'from a whole request to its answer', latencies.values())
  )
}

function metricsOf(broker: Broker, eventLoop: IntervalHistogram): readonly Metric[] {
  const { stats, directory, topics } = broker
  const perPartition = function* (
    value: (log: typeof directory.logs extends Iterable<infer L> ? L : never) => number,
  ): Iterable<Sample> {
    for (const log of directory.logs) yield { labels: { topic: log.id.topic, partition: log.id.partition }, value: value(log) }
  }
  return [
    counter('bytes_in', 'bytes read from clients', () => stats.bytesIn),
    counter('bytes_out', 'bytes written to clients, records in files not counted', () => stats.bytesOut),
    counter('records_in', 'records taken from producers', () => stats.recordsIn),
    counter('record_bytes_in', 'bytes of the batches taken from producers', () => stats.recordBytesIn),
    counter('batches_in', 'batches taken from producers', () => stats.batchesIn),
    counter('record_bytes_out', 'bytes of the batches given to consumers', () => stats.recordBytesOut),
    counter('connections_opened', 'connections since the start', () => stats.connectionsOpened),
    counter('requests', 'requests by API', function* () {
      for (const [key, count] of stats.requests.entries())
        if (count !== undefined) yield { labels: { api: apiOf(key)?.name ?? String(key) }, value: count }
    }),
    gauge('connections', 'connections by listener', function* () {
      for (const listener of broker.listeners) yield { labels: { listener: listener.name }, value: listener.connections.size }
    }),
    gauge('fetch_sessions', 'fetch sessions', () => broker.fetchSessions.count),
    gauge('request_memory_bytes', 'bytes of requests held now', () => broker.requestMemory.usedBytes),
    gauge('request_memory_limit_bytes', 'above it no more is read from clients', () => broker.requestMemory.limitBytes),
    gauge('topics', 'topics', () => topics.count),
    gauge('open_files', 'segment files that are open', () => directory.openFiles),
    gauge('storage_failed', '1 when a sync failed and nothing is taken any more', () =>
      directory.committer.failure === undefined ? 0 : 1,
    ),
    gauge('storage_full', '1 while the disk takes nothing more', () => (directory.full ? 1 : 0)),
    counter('compaction_rounds', 'rounds of compaction that were done', () => broker.cleaner.rounds),
    counter('compaction_failures', 'rounds of compaction that failed', () => broker.cleaner.failures),
    counter('compaction_bytes_read', 'bytes that compaction has read', () => broker.cleaner.bytesRead),
    counter('compaction_bytes_written', 'bytes that compaction has written', () => broker.cleaner.bytesWritten),
    gauge(
      'uncleanable_partitions',
      'partitions that are not compacted any more until the next start',
      () => broker.cleaner.uncleanable.size,
    ),
    gauge('journal_bytes', 'bytes of the journal since its last snapshot', () => broker.journal.bytes),
    gauge('log_start_offset', 'the first offset that can be read', () => perPartition(log => log.startOffset)),
    gauge('high_watermark', 'the offset the next record gets, once it is durable', () => perPartition(log => log.highWatermark)),
    gauge('log_bytes', 'bytes of a partition', () => perPartition(log => log.bytes)),
    gauge('groups', 'consumer groups by state', function* () {
      const counts = new Map<string, number>()
      for (const { stateName } of broker.groups.all) counts.set(stateName, (counts.get(stateName) ?? 0) + 1)
      for (const [state, value] of counts) yield { labels: { state }, value }
    }),
    gauge('group_lag', 'records between what a group has committed and the high watermark', () => lags(broker)),
    gauge('event_loop_delay_seconds', 'how late the event loop was, since the last time this was read', function* () {
      // What is recorded is the time between two looks, which are so far apart when nothing holds them up.
      const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - EVENT_LOOP_RESOLUTION_MS / 1e3)
      for (const quantile of [0.5, 0.99, 0.999]) yield { labels: { quantile }, value: late(eventLoop.percentile(quantile * 100)) }
      yield { labels: { quantile: 1 }, value: late(eventLoop.max) }
      eventLoop.reset()
    }),
    gauge('resident_memory_bytes', 'memory of the process', () => process.memoryUsage.rss()),
    counter('cpu_seconds', 'CPU time of the process', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }),
  ]
}

function* lags(broker: Broker): Iterable<Sample> {
  for (const group of broker.groups.offsets.groupIds()) {
    for (const [topicId, partitions] of broker.groups.offsets.of(group) ?? []) {
      const topic = broker.topics.withId(topicId)
      for (const [partition, { offset }] of partitions) {
        const log = topic?.partitions[partition]
        if (log !== undefined)
          yield { labels: { group, topic: topic!.name, partition }, value: Math.max(0, log.highWatermark - offset) }
      }
    }
  }
}
