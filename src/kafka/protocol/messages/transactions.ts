/** Transactions that are known, with their state. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string } from '../schema.ts'

const DescribeTransactions = api('DescribeTransactions', { key: 65, versions: '0', flexible: '0+' })
const ListTransactions = api('ListTransactions', { key: 66, versions: '0-2', flexible: '0+' })

export const DescribeTransactionsRequest = request(DescribeTransactions, { transactionalIds: array(string()) })
export type DescribeTransactionsRequest = MessageOf<typeof DescribeTransactionsRequest>

export const DescribeTransactionsResponse = response(DescribeTransactions, {
  throttleTimeMs: int32(),
  transactionStates: array({
    errorCode: int16(),
    transactionalId: string(),
    transactionState: string(),
    transactionTimeoutMs: int32(),
    transactionStartTimeMs: int64(),
    producerId: int64(),
    producerEpoch: int16(),
    topics: array({ topic: string(), partitions: array(int32()) }),
  }),
})
export type DescribeTransactionsResponse = MessageOf<typeof DescribeTransactionsResponse>

export const ListTransactionsRequest = request(ListTransactions, {
  stateFilters: array(string()),
  producerIdFilters: array(int64()),
  durationFilter: int64('1+').default(-1),
  transactionalIdPattern: string('2+').orNull(),
})
export type ListTransactionsRequest = MessageOf<typeof ListTransactionsRequest>

export const ListTransactionsResponse = response(ListTransactions, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  unknownStateFilters: array(string()),
  transactionStates: array({ transactionalId: string(), producerId: int64(), transactionState: string() }),
})
export type ListTransactionsResponse = MessageOf<typeof ListTransactionsResponse>
