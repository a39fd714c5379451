/** FindCoordinator: who looks after a group or a transaction. There is one broker, at the address of the listener that was asked. */
import { ErrorCode, kafkaError } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'

const GROUP = 0
const TRANSACTION = 1

const FIRST_VERSION_WITH_MANY = 4

export const findCoordinator = (broker: Broker) =>
  handler('FindCoordinator', (request, context) => {
    if (context.version >= FIRST_VERSION_WITH_MANY)
      return {
        coordinators: request.coordinatorKeys.map(key => ({ key, ...coordinator(broker, context, request.keyType, key) })),
      }
    return coordinator(broker, context, request.keyType, request.key)
  })

function coordinator(broker: Broker, context: RequestContext, keyType: number, key: string) {
  const errorCode = faultOf(context, keyType, key)
  if (errorCode !== 0) return { errorCode, errorMessage: kafkaError(errorCode).message, nodeId: -1, host: '', port: -1 }
  const { advertisedHost, advertisedPort } = context.connection.listener
  return {
    errorCode,
    errorMessage: context.version < FIRST_VERSION_WITH_MANY ? 'NONE' : '',
    nodeId: broker.nodeId,
    host: advertisedHost,
    port: advertisedPort,
  }
}

/** There are no share groups. */
function faultOf(context: RequestContext, keyType: number, key: string): number {
  if (keyType === GROUP) return context.may('DESCRIBE', 'GROUP', key) ? 0 : ErrorCode.GROUP_AUTHORIZATION_FAILED
  if (keyType !== TRANSACTION) return ErrorCode.INVALID_REQUEST
  return context.may('DESCRIBE', 'TRANSACTIONAL_ID', key) ? 0 : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
}
