/**
 * Records into partitions. Topics by name up to version 12, by id from 13 on.
 *
 *     acks      0 no response at all, 1 written by the leader, -1 by all that are in sync
 */
import { type MessageOf, api, array, int16, int32, int64, records, request, response, string, struct, uuid } from '../schema.ts'

const Produce = api('Produce', { key: 0, versions: '3-13', flexible: '9+' })

export const ProduceRequest = request(Produce, {
  transactionalId: string().orNull(),
  acks: int16(),
  timeoutMs: int32(),
  topicData: array({
    name: string('3-12').ignorable(),
    topicId: uuid('13+').ignorable(),
    partitionData: array({ index: int32(), records: records().nullable() }),
  }),
})
export type ProduceRequest = MessageOf<typeof ProduceRequest>

export const ProduceResponse = response(Produce, {
  responses: array({
    name: string('3-12').ignorable(),
    topicId: uuid('13+').ignorable(),
    partitionResponses: array({
      index: int32(),
      errorCode: int16(),
      baseOffset: int64(),
      logAppendTimeMs: int64().default(-1).ignorable(),
      logStartOffset: int64('5+').default(-1).ignorable(),
      recordErrors: array('8+', { batchIndex: int32(), batchIndexErrorMessage: string().orNull() }).ignorable(),
      errorMessage: string('8+').orNull().ignorable(),
      currentLeader: struct('10+', { leaderId: int32().default(-1), leaderEpoch: int32().default(-1) }).tagged(0),
    }),
  }),
  throttleTimeMs: int32().ignorable(),
  nodeEndpoints: array('10+', { nodeId: int32(), host: string(), port: int32(), rack: string().orNull() }).tagged(0),
})
export type ProduceResponse = MessageOf<typeof ProduceResponse>
