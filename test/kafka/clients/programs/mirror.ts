/**
 * MirrorMaker between the broker and a real Kafka, both ways and exactly once: records with keys, and how far groups have read.
 *
 *     ours  orders ──▶ real  ours.orders          real  returns ──▶ ours  real.returns
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopic } from '#src/kafka/client/admin/topics.ts'
import { type KafkaClient, Producer, commitOffsets, committedOffsets } from '#src/kafka/client/index.ts'
import type { JavaPrograms } from '../toolchains.ts'
import { Service, eventually } from './service.ts'
import { clientOf, valuesOf } from './topic-contents.ts'

const RECORDS = 2_000
const limitMs = 120_000

const properties = (ours: string, real: string): string =>
  [
    'clusters=ours,real',
    `ours.bootstrap.servers=${ours}`,
    `real.bootstrap.servers=${real}`,
    'ours->real.enabled=true',
    'ours->real.topics=orders',
    'real->ours.enabled=true',
    'real->ours.topics=returns',
    'ours.exactly.once.source.support=enabled',
    'real.exactly.once.source.support=enabled',
    'replication.factor=1',
    ...['checkpoints', 'heartbeats', 'offset-syncs'].map(topic => `${topic}.topic.replication.factor=1`),
    ...['offset', 'status', 'config'].map(topic => `${topic}.storage.replication.factor=1`),
    'emit.checkpoints.interval.seconds=1',
    'refresh.topics.interval.seconds=2',
    'refresh.groups.interval.seconds=2',
    'sync.group.offsets.enabled=true',
    'sync.group.offsets.interval.seconds=1',
    'offset.flush.interval.ms=500',
  ].join('\n')

interface Way {
  readonly from: KafkaClient
  readonly to: KafkaClient
  readonly topic: string
  readonly mirrored: string
  readonly group: string
}

/** Answers what did not come out. */
export async function runMirror(java: JavaPrograms, ours: string, real: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mirror-'))
  const config = join(folder, 'mirror.properties')
  writeFileSync(config, properties(ours, real))
  const [here, there] = [clientOf(ours), clientOf(real)]
  const ways: readonly Way[] = [
    { from: here, to: there, topic: 'orders', mirrored: 'ours.orders', group: 'billing' },
    { from: there, to: here, topic: 'returns', mirrored: 'real.returns', group: 'refunds' },
  ]
  for (const way of ways) await fill(way)
  const mirror = new Service(java.command('org.apache.kafka.connect.mirror.MirrorMaker', config))
  try {
    await Promise.all(ways.map(way => mirrors(way, mirror)))
    return []
  } catch (error) {
    return [`MirrorMaker: ${(error as Error).message}\n${mirror.said.slice(-5000)}`]
  } finally {
    await mirror.end('SIGKILL')
    for (const client of [here, there]) client.close()
    rmSync(folder, { recursive: true })
  }
}

const valueOf = (at: number): string => `value ${at}`

async function fill({ from, topic }: Way): Promise<void> {
  await createTopic(from, { name: topic, partitions: 1 })
  await write(from, topic, 0, RECORDS)
}

async function write(client: KafkaClient, topic: string, first: number, count: number): Promise<void> {
  const producer = await Producer.open(client)
  const written = Array.from({ length: count }, (_, at) => producer.send(topic, { key: `${at % 7}`, value: valueOf(first + at) }))
  await producer.flush()
  await Promise.all(written)
  producer.close()
}

async function mirrors({ from, to, topic, mirrored, group }: Way, mirror: Service): Promise<void> {
  const holds = (count: number) => async () => {
    if (!mirror.running) throw new Error('MirrorMaker ended')
    const values = await valuesOf(to, mirrored)
    const wrong = values.findIndex((value, at) => value !== valueOf(at))
    if (wrong >= 0) throw new Error(`${mirrored} has '${values[wrong]}' at ${wrong}`)
    return values.length === count || undefined
  }
  await eventually(`${RECORDS} records in ${mirrored}`, limitMs, holds(RECORDS))
  // Offsets are translated where MirrorMaker has noted both sides', of records that it has copied since it began.
  await write(from, topic, RECORDS, 100)
  await eventually(`100 more records in ${mirrored}`, limitMs, holds(RECORDS + 100))
  await commitOffsets(from, group, [{ topic, partition: 0, offset: RECORDS + 100 }])
  await eventually(`offsets of ${group} at ${mirrored}`, limitMs, async () => {
    const offset = (await committedOffsets(to, group, [{ topic: mirrored, partition: 0 }])).get(`${mirrored}-0`)?.offset
    return offset !== undefined && offset > RECORDS ? true : undefined
  })
}
