/** InitProducerId: a number for a producer, so that what it sends again is known. */
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

export const initProducerId = (broker: Broker) =>
  handler('InitProducerId', ({ transactionalId }, context) => {
    const errorCode = producerRefusal(context, transactionalId)
    if (errorCode !== 0) return { errorCode, producerId: -1, producerEpoch: -1 }
    return { producerId: broker.producerIds.next(), producerEpoch: 0 }
  })

/** Who may write to any topic may do so idempotently. */
export function producerRefusal(context: RequestContext, transactionalId: string | null): number {
  if (transactionalId !== null)
    return context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId) ? 0 : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
  if (context.may('IDEMPOTENT_WRITE', 'CLUSTER', CLUSTER_NAME) || context.mayAny('WRITE', 'TOPIC')) return 0
  return ErrorCode.CLUSTER_AUTHORIZATION_FAILED
}
