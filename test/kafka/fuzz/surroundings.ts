/** What there is before an attack: topics of each kind that a broker treats in a way of its own, and who may do what. */
import { alterConfigs } from '#src/kafka/client/admin/configs.ts'
import { createTopic } from '#src/kafka/client/admin/topics.ts'
import { type ApiName, apis } from '#src/kafka/protocol/apis.ts'
import type { KafkaClient } from '#src/kafka/client/index.ts'
import type { BrokerProcess } from './broker-process.ts'
import { goodClient } from './bystander.ts'
import type { Surroundings } from './messages.ts'

const topics: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'fuzz-plain': {},
  // Compacted while it is attacked: what lies in it is opened then.
  'fuzz-compact': { 'cleanup.policy': 'compact', 'segment.ms': '1000', 'min.cleanable.dirty.ratio': '0.01' },
  'fuzz-gzip': { 'compression.type': 'gzip' },
  'fuzz-append': { 'message.timestamp.type': 'LogAppendTime' },
  'fuzz-small': { 'segment.bytes': '1048576', 'max.message.bytes': '20000' },
}

const TOPIC = 2
const GROUP = 3
const CLUSTER = 4
const TRANSACTIONAL_ID = 5
const LITERAL = 3
const PREFIXED = 4
const DENY = 2
const ALLOW = 3
const ALL = 2
const CREATE = 5
const DELETE = 6
const DESCRIBE = 8
const IDEMPOTENT_WRITE = 12

/** Makes the topics, and gives attackers the rights they have. */
export async function prepare(broker: BrokerProcess, guarded: boolean): Promise<Surroundings> {
  const client = goodClient(broker)
  try {
    const topicIds: string[] = []
    for (const [name, configs] of Object.entries(topics))
      topicIds.push((await createTopic(client, { name, partitions: 3, configs })).id)
    if (guarded) await giveRights(client)
    return { topics: Object.keys(topics), topicIds, nowMs: client.clock.nowMs(), served: await servedApis(client) }
  } finally {
    client.close()
  }
}

async function giveRights(client: KafkaClient): Promise<void> {
  const rules = [
    ...[TOPIC, GROUP, TRANSACTIONAL_ID].map(resourceType => ({
      resourceType,
      resourceName: 'fuzz',
      resourcePatternType: PREFIXED,
      operation: ALL,
      permissionType: ALLOW,
    })),
    // The topics stay; others come and go.
    ...Object.keys(topics).map(resourceName => ({
      resourceType: TOPIC,
      resourceName,
      resourcePatternType: LITERAL,
      operation: DELETE,
      permissionType: DENY,
    })),
    ...[DESCRIBE, CREATE, IDEMPOTENT_WRITE].map(operation => ({
      resourceType: CLUSTER,
      resourceName: 'kafka-cluster',
      resourcePatternType: LITERAL,
      operation,
      permissionType: ALLOW,
    })),
  ]
  const creations = ['User:ANONYMOUS', 'User:fuzz'].flatMap(principal => rules.map(rule => ({ ...rule, principal, host: '*' })))
  const { results } = await client.askController('CreateAcls', { creations })
  const refused = results.find(({ errorCode }) => errorCode !== 0)
  if (refused !== undefined) throw new Error(`the broker takes no ACLs: ${refused.errorCode} ${refused.errorMessage}`)
}

/** Has everything that attackers wrote be opened: topics that took any batch become compacted ones. */
export async function compacted(client: KafkaClient): Promise<void> {
  const changes = { 'cleanup.policy': 'compact', 'segment.ms': '1000', 'min.cleanable.dirty.ratio': '0.01' }
  for (const { name } of await client.allTopics()) if (name.startsWith('fuzz')) await alterConfigs(client, 'topic', name, changes)
  await new Promise(resolve => setTimeout(resolve, COMPACTION_MS))
}

/** Segments are closed, and then cleaned by and by. */
const COMPACTION_MS = 4000

async function servedApis(client: KafkaClient): Promise<ReadonlySet<ApiName>> {
  await client.refresh([])
  const [broker] = client.metadata.brokers.keys()
  const connection = await client.linkTo(broker!).connect()
  return new Set((Object.keys(apis) as ApiName[]).filter(name => connection.versionOf(name) !== undefined))
}
