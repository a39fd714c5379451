/** Topics with their partitions and configs. */
import { type MessageOf, api, array, bool, int16, int32, int8, request, response, string, uuid } from '../schema.ts'

const CreateTopics = api('CreateTopics', { key: 19, versions: '2-7', flexible: '5+' })

export const CreateTopicsRequest = request(CreateTopics, {
  topics: array({
    name: string(),
    numPartitions: int32(),
    replicationFactor: int16(),
    assignments: array({ partitionIndex: int32(), brokerIds: array(int32()) }),
    configs: array({ name: string(), value: string().nullable() }),
  }),
  timeoutMs: int32().default(60000),
  validateOnly: bool(),
})
export type CreateTopicsRequest = MessageOf<typeof CreateTopicsRequest>

export const CreateTopicsResponse = response(CreateTopics, {
  throttleTimeMs: int32().ignorable(),
  topics: array({
    name: string(),
    topicId: uuid('7+').ignorable(),
    errorCode: int16(),
    errorMessage: string().nullable().ignorable(),
    topicConfigErrorCode: int16('5+').ignorable().tagged(0),
    numPartitions: int32('5+').default(-1).ignorable(),
    replicationFactor: int16('5+').default(-1).ignorable(),
    configs: array('5+', {
      name: string(),
      value: string().nullable(),
      readOnly: bool(),
      configSource: int8().default(-1).ignorable(),
      isSensitive: bool(),
    })
      .nullable()
      .ignorable(),
  }),
})
export type CreateTopicsResponse = MessageOf<typeof CreateTopicsResponse>
