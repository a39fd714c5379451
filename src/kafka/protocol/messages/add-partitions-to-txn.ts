/** Partitions join a transaction: of one transaction up to version 3, of several from 4 on. */
import { type MessageOf, api, array, bool, int16, int32, int64, request, response, string } from '../schema.ts'

const AddPartitionsToTxn = api('AddPartitionsToTxn', { key: 24, versions: '0-5', flexible: '3+' })

const addPartitionsToTxnTopic = { name: string(), partitions: array(int32()) }

const addPartitionsToTxnTopicResult = {
  name: string(),
  resultsByPartition: array({ partitionIndex: int32(), partitionErrorCode: int16() }),
}

export const AddPartitionsToTxnRequest = request(AddPartitionsToTxn, {
  transactions: array('4+', {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    verifyOnly: bool(),
    topics: array(addPartitionsToTxnTopic),
  }),
  v3AndBelowTransactionalId: string('0-3'),
  v3AndBelowProducerId: int64('0-3'),
  v3AndBelowProducerEpoch: int16('0-3'),
  v3AndBelowTopics: array('0-3', addPartitionsToTxnTopic),
})
export type AddPartitionsToTxnRequest = MessageOf<typeof AddPartitionsToTxnRequest>

export const AddPartitionsToTxnResponse = response(AddPartitionsToTxn, {
  throttleTimeMs: int32(),
  errorCode: int16('4+').ignorable(),
  resultsByTransaction: array('4+', { transactionalId: string(), topicResults: array(addPartitionsToTxnTopicResult) }),
  resultsByTopicV3AndBelow: array('0-3', addPartitionsToTxnTopicResult),
})
export type AddPartitionsToTxnResponse = MessageOf<typeof AddPartitionsToTxnResponse>
