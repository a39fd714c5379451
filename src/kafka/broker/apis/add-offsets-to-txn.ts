/** AddOffsetsToTxn: the offsets of a group become part of a transaction. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

/** Clients before it do not know PRODUCER_FENCED here. */
const FIRST_VERSION_OF_FENCED = 2

export const addOffsetsToTxn = (broker: Broker) =>
  handler('AddOffsetsToTxn', ({ transactionalId, producerId, producerEpoch: epoch, groupId }, context) => {
    if (!context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId))
      return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED }
    if (!context.may('READ', 'GROUP', groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
    const errorCode = broker.transactions.add(transactionalId, { producerId, epoch }, [], [groupId], 0)
    return errorCode === ErrorCode.PRODUCER_FENCED && context.version < FIRST_VERSION_OF_FENCED
      ? { errorCode: ErrorCode.INVALID_PRODUCER_EPOCH }
      : { errorCode }
  })
