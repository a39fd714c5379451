/** Topics by name, or by id from version 6 on. */
import { type MessageOf, api, array, int16, int32, request, response, string, uuid } from '../schema.ts'

const DeleteTopics = api('DeleteTopics', { key: 20, versions: '1-6', flexible: '4+' })

export const DeleteTopicsRequest = request(DeleteTopics, {
  topics: array('6+', { name: string().orNull(), topicId: uuid() }),
  topicNames: array('1-5', string()).ignorable(),
  timeoutMs: int32(),
})
export type DeleteTopicsRequest = MessageOf<typeof DeleteTopicsRequest>

export const DeleteTopicsResponse = response(DeleteTopics, {
  throttleTimeMs: int32().ignorable(),
  responses: array({
    name: string().nullable('6+'),
    topicId: uuid('6+').ignorable(),
    errorCode: int16(),
    errorMessage: string('5+').orNull().ignorable(),
  }),
})
export type DeleteTopicsResponse = MessageOf<typeof DeleteTopicsResponse>
