/**
 * Records out of partitions, with sessions that say only what changed (version 7 on). Topics by id from version 13 on.
 *
 *     isolation level      0 read uncommitted, 1 read committed
 *     session id, epoch    0, -1 no session · 0, 0 a new one · id, n the next request of one · id, -1 the end of one
 */
import {
  type MessageOf,
  api,
  array,
  int16,
  int32,
  INT32_MAX,
  int64,
  INT64_MAX,
  int8,
  records,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts'

const Fetch = api('Fetch', { key: 1, versions: '4-18', flexible: '12+' })

export const FetchRequest = request(Fetch, {
  clusterId: string('12+').orNull().ignorable().tagged(0),
  replicaId: int32('4-14').default(-1),
  replicaState: struct('15+', { replicaId: int32().default(-1), replicaEpoch: int64().default(-1) }).tagged(1),
  maxWaitMs: int32(),
  minBytes: int32(),
  maxBytes: int32().default(INT32_MAX).ignorable(),
  isolationLevel: int8().ignorable(),
  sessionId: int32('7+').ignorable(),
  sessionEpoch: int32('7+').default(-1).ignorable(),
  topics: array({
    topic: string('4-12').ignorable(),
    topicId: uuid('13+').ignorable(),
    partitions: array({
      partition: int32(),
      currentLeaderEpoch: int32('9+').default(-1).ignorable(),
      fetchOffset: int64(),
      lastFetchedEpoch: int32('12+').default(-1),
      logStartOffset: int64('5+').default(-1).ignorable(),
      partitionMaxBytes: int32(),
      replicaDirectoryId: uuid('17+').ignorable().tagged(0),
      highWatermark: int64('18+').default(INT64_MAX).ignorable().tagged(1),
    }),
  }),
  forgottenTopicsData: array('7+', {
    topic: string('7-12').ignorable(),
    topicId: uuid('13+').ignorable(),
    partitions: array(int32()),
  }),
  rackId: string('11+').ignorable(),
})
export type FetchRequest = MessageOf<typeof FetchRequest>

export const FetchResponse = response(Fetch, {
  throttleTimeMs: int32().ignorable(),
  errorCode: int16('7+').ignorable(),
  sessionId: int32('7+'),
  responses: array({
    topic: string('4-12').ignorable(),
    topicId: uuid('13+').ignorable(),
    partitions: array({
      partitionIndex: int32(),
      errorCode: int16(),
      highWatermark: int64(),
      lastStableOffset: int64().default(-1).ignorable(),
      logStartOffset: int64('5+').default(-1).ignorable(),
      divergingEpoch: struct('12+', { epoch: int32().default(-1), endOffset: int64().default(-1) }).tagged(0),
      currentLeader: struct('12+', { leaderId: int32().default(-1), leaderEpoch: int32().default(-1) }).tagged(1),
      snapshotId: struct('12+', { endOffset: int64().default(-1), epoch: int32().default(-1) }).tagged(2),
      abortedTransactions: array({ producerId: int64(), firstOffset: int64() }).nullable().ignorable(),
      preferredReadReplica: int32('11+').default(-1),
      records: records().nullable(),
    }),
  }),
  nodeEndpoints: array('16+', { nodeId: int32(), host: string(), port: int32(), rack: string().orNull() }).tagged(0),
})
export type FetchResponse = MessageOf<typeof FetchResponse>
