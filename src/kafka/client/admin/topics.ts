/** Topics: made, described, enlarged, deleted. Each call is about one cluster; an error says which topic it is of. */
import { ConnectorError } from '../../../base/errors.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { KafkaClient } from '../client.ts'
import { isRefusal, mayPass, partitionName, refused } from '../errors.ts'
import type { TopicMetadata } from '../metadata.ts'
import { type TopicPartition, byTopic, listOffsets, topicsOf } from '../offsets.ts'

export interface NewTopic {
  readonly name: string
  /** The broker's default unless told. */
  readonly partitions?: number | undefined
  readonly replicationFactor?: number | undefined
  readonly configs?: Readonly<Record<string, string>> | undefined
}

export async function createTopic(client: KafkaClient, topic: NewTopic): Promise<TopicMetadata> {
  const { name, partitions = -1, replicationFactor = -1, configs = {} } = topic
  await client.retry(async () => {
    const answer = await client.askController('CreateTopics', version => ({
      topics: [
        {
          name,
          // Brokers before 2.4 have no defaults to ask for.
          numPartitions: version < 4 && partitions < 0 ? 1 : partitions,
          replicationFactor: version < 4 && replicationFactor < 0 ? 1 : replicationFactor,
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: client.settings.integer('request.timeout.ms'),
    }))
    for (const { errorCode, errorMessage } of answer.topics) check(errorCode, 'CreateTopics', `topic ${name}`, errorMessage)
  })
  client.metadata.forget(name)
  // The broker that is asked next may hear of it a moment later.
  return client.retry(() => client.topic(name, { mayCreate: true }))
}

export async function deleteTopic(client: KafkaClient, name: string): Promise<void> {
  await client.retry(async () => {
    const answer = await client.askController('DeleteTopics', version => ({
      ...(version >= 6 ? { topics: [{ name }] } : { topicNames: [name] }),
      timeoutMs: client.settings.integer('request.timeout.ms'),
    }))
    for (const { errorCode, errorMessage } of answer.responses) {
      if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) throw unknownTopic(name)
      check(errorCode, 'DeleteTopics', `topic ${name}`, errorMessage)
    }
  })
  client.metadata.forget(name)
}

/** `count` is how many there are to be. */
export async function createPartitions(client: KafkaClient, name: string, count: number): Promise<void> {
  await client.retry(async () => {
    const answer = await client.askController('CreatePartitions', {
      topics: [{ name, count, assignments: null }],
      timeoutMs: client.settings.integer('request.timeout.ms'),
    })
    for (const { errorCode, errorMessage } of answer.results) {
      if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) throw unknownTopic(name)
      check(errorCode, 'CreatePartitions', `topic ${name}`, errorMessage)
    }
  })
  client.metadata.forget(name)
}

export interface PartitionDescription extends TopicPartition {
  readonly leader: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
  readonly earliest: number
  readonly latest: number
}

/** A topic's partitions with their first and next offsets. */
export async function describePartitions(client: KafkaClient, topic: TopicMetadata): Promise<PartitionDescription[]> {
  const partitions = topic.partitions.map((_, partition) => ({ topic: topic.name, partition }))
  const [earliest, latest] = await Promise.all([
    listOffsets(client, partitions, 'earliest'),
    listOffsets(client, partitions, 'latest'),
  ])
  return partitions.map(({ topic: name, partition }) => ({
    topic: name,
    partition,
    leader: topic.partitions[partition]!.leader,
    replicas: topic.replicas[partition]!,
    inSync: topic.inSync[partition]!,
    earliest: earliest.get(partitionName(name, partition))!.offset,
    latest: latest.get(partitionName(name, partition))!.offset,
  }))
}

/** Deletes records before an offset; −1 is all there are. Answers the new first offsets. */
export async function deleteRecords(
  client: KafkaClient,
  before: readonly (TopicPartition & { readonly offset: number })[],
): Promise<Map<string, number>> {
  const starts = new Map<string, number>()
  await client.retry(
    async () => {
      for (const target of before) {
        if (starts.has(partitionName(target.topic, target.partition))) continue
        const link = client.linkTo(await client.leaderOf(target.topic, target.partition))
        const answer = await link.ask('DeleteRecords', {
          topics: byTopic([target]).map(([name, partitions]) => ({
            name,
            partitions: partitions.map(p => ({ partitionIndex: p.partition, offset: p.offset })),
          })),
          timeoutMs: client.settings.integer('request.timeout.ms'),
        })
        for (const { name, partitions } of answer.topics) {
          for (const { partitionIndex, errorCode, lowWatermark } of partitions) {
            const of = partitionName(name, partitionIndex)
            check(errorCode, 'DeleteRecords', of)
            starts.set(of, lowWatermark)
          }
        }
      }
    },
    error => {
      if (mayPass(error)) for (const topic of topicsOf(before)) client.metadata.forget(topic)
    },
  )
  return starts
}

export function check(errorCode: number, what: string, of: string, message?: string | null): void {
  if (errorCode !== ErrorCode.NONE) throw refused(errorCode, { broker: 'the cluster', what, of, message })
}

/** Not worth waiting for, unlike in the midst of reading. */
export function unknownTopic(name: string): ConnectorError {
  return new ConnectorError('KAFKA_TOPIC_UNKNOWN', `there is no topic ${name}`, {
    hint: '`millrace topic list` shows the topics there are',
  })
}

export const existsAlready = (error: unknown): boolean => isRefusal(error, ErrorCode.TOPIC_ALREADY_EXISTS)
