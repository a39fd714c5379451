/** More partitions for a topic: `count` is how many there are to be. */
import { type MessageOf, api, array, bool, int16, int32, request, response, string } from '../schema.ts'

const CreatePartitions = api('CreatePartitions', { key: 37, versions: '0-3', flexible: '2+' })

export const CreatePartitionsRequest = request(CreatePartitions, {
  topics: array({
    name: string(),
    count: int32(),
    assignments: array({ brokerIds: array(int32()) }).nullable(),
  }),
  timeoutMs: int32(),
  validateOnly: bool(),
})
export type CreatePartitionsRequest = MessageOf<typeof CreatePartitionsRequest>

export const CreatePartitionsResponse = response(CreatePartitions, {
  throttleTimeMs: int32(),
  results: array({ name: string(), errorCode: int16(), errorMessage: string().orNull() }),
})
export type CreatePartitionsResponse = MessageOf<typeof CreatePartitionsResponse>
