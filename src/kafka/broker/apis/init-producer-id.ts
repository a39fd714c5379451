/**
 * InitProducerId: a number for a producer, so that what it sends again is known. With a transactional id the number stays the same, and
 * the epoch beside it fences whoever had it before.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import type { ProducerEpoch } from '../transactions/coordinator.ts'

/** Clients before it do not know PRODUCER_FENCED here. */
const FIRST_VERSION_OF_FENCED = 4

export const initProducerId = (broker: Broker) =>
  handler('InitProducerId', (request, context) => {
    const { transactionalId, transactionTimeoutMs } = request
    const refusal = producerRefusal(context, transactionalId)
    if (refusal !== ErrorCode.NONE) return refused(refusal)
    if (transactionalId === null) return { producerId: broker.producerIds.next(), producerEpoch: 0 }
    const expected = expectedOf(request)
    if (expected === 'half') return refused(ErrorCode.INVALID_REQUEST)
    const { errorCode, producerId, epoch } = broker.transactions.initialize(transactionalId, transactionTimeoutMs, expected)
    if (errorCode === ErrorCode.PRODUCER_FENCED && context.version < FIRST_VERSION_OF_FENCED)
      return refused(ErrorCode.INVALID_PRODUCER_EPOCH)
    return { errorCode, producerId, producerEpoch: epoch }
  })

/** Who the producer says it is; it says both or neither. */
function expectedOf({ producerId, producerEpoch }: RequestOf<'InitProducerId'>): ProducerEpoch | 'half' | undefined {
  if (producerId === -1 && producerEpoch === -1) return undefined
  return producerId === -1 || producerEpoch === -1 ? 'half' : { producerId, epoch: producerEpoch }
}

/** Who may write to any topic may do so idempotently. */
export function producerRefusal(context: RequestContext, transactionalId: string | null): number {
  if (transactionalId !== null)
    return context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId) ? 0 : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
  if (context.may('IDEMPOTENT_WRITE', 'CLUSTER', CLUSTER_NAME) || context.mayAny('WRITE', 'TOPIC')) return 0
  return ErrorCode.CLUSTER_AUTHORIZATION_FAILED
}

const refused = (errorCode: number) => ({ errorCode, producerId: -1, producerEpoch: -1 })
