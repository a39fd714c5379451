/** DescribeQuorum: this broker alone keeps what Kafka has in the log of its metadata, in the journal. */
import type { RequestOf } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { ApiHandler, RequestContext } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

const METADATA_TOPIC = '__cluster_metadata'
const FIRST_VERSION_WITH_NODES = 2
/** There is one partition to ask for, and an answer about each that there is not. */
const MOST_BYTES = 16 * 1024

type Topics = RequestOf<'DescribeQuorum'>['topics']

export const describeQuorum = (broker: Broker): ApiHandler<'DescribeQuorum'> => ({
  api: 'DescribeQuorum',
  mostBytes: MOST_BYTES,
  handle({ topics }, context) {
    if (!context.may('DESCRIBE', 'CLUSTER', CLUSTER_NAME)) return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED }
    return isMetadata(topics) ? quorumOfOne(broker, context) : { errorMessage: '', topics: nothingOf(topics) }
  },
})

/** Kafka answers who asks for this partition, and for nothing else. */
const isMetadata = (topics: Topics): boolean =>
  topics.length === 1 &&
  topics[0]!.topicName === METADATA_TOPIC &&
  topics[0]!.partitions.length === 1 &&
  topics[0]!.partitions[0]!.partitionIndex === 0

const nothingOf = (topics: Topics) =>
  topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      errorMessage: 'there is no such partition of metadata',
    })),
  }))

function quorumOfOne({ nodeId, directory, journal, clock }: Broker, { version, connection }: RequestContext) {
  const { name, advertisedHost: host, advertisedPort: port } = connection.listener
  const now = clock.nowMs()
  const end = journal.position
  const self = { replicaId: nodeId, logEndOffset: end, lastFetchTimestamp: now, lastCaughtUpTimestamp: now }
  const partition = {
    partitionIndex: 0,
    errorMessage: '',
    leaderId: nodeId,
    leaderEpoch: directory.leaderEpoch,
    highWatermark: end,
    currentVoters: [self],
    observers: [],
  }
  return {
    errorMessage: '',
    topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
    nodes: version < FIRST_VERSION_WITH_NODES ? [] : [{ nodeId, listeners: [{ name, host, port }] }],
  }
}
