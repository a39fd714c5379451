/**
 * EndTxn: commits or aborts. The answer may leave once the decision is durable; it waits a little for the end of everything, so that the
 * next transaction of the producer does not meet this one.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

/** From here on the producer gets a new epoch with each transaction. */
const FIRST_VERSION_OF_VERSION_2 = 5
/** Clients before it do not know PRODUCER_FENCED here. */
const FIRST_VERSION_OF_FENCED = 2
const MOST_WAIT_MS = 100

export const endTxn = (broker: Broker) =>
  handler('EndTxn', (request, context) => {
    const { transactionalId, producerEpoch, committed } = request
    if (!context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId))
      return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED }
    const version = context.version >= FIRST_VERSION_OF_VERSION_2 ? 2 : 0
    const producer = { producerId: request.producerId, epoch: producerEpoch }
    const ended = broker.transactions.end(transactionalId, producer, committed ? 'commit' : 'abort', version)
    const { errorCode, producerId, epoch, over } = ended
    if (errorCode === ErrorCode.PRODUCER_FENCED && context.version < FIRST_VERSION_OF_FENCED)
      return { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH }
    const answer = { errorCode, producerId, producerEpoch: epoch }
    return over === undefined ? answer : afterAtMost(broker, over).then(() => answer)
  })

function afterAtMost(broker: Broker, over: Promise<void>): Promise<void> {
  return new Promise(resolve => {
    const timer = broker.timers.after(MOST_WAIT_MS, resolve)
    void over.then(() => {
      timer.cancel()
      resolve()
    })
  })
}
