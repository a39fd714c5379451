/** DescribeCluster: its id, and its one broker. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { clusterOperations } from '../security/authorized-operations.ts'

const BROKERS = 1
const CONTROLLERS = 2

export const describeCluster = (broker: Broker) =>
  handler('DescribeCluster', ({ endpointType, includeClusterAuthorizedOperations }, context) => {
    if (endpointType !== BROKERS) {
      const mismatched = endpointType === CONTROLLERS
      return {
        errorCode: mismatched ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
        errorMessage: mismatched
          ? 'this is a broker; there are no controllers'
          : `there are no endpoints of type ${endpointType}`,
      }
    }
    const { advertisedHost: host, advertisedPort: port } = context.connection.listener
    return {
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      brokers: [{ brokerId: broker.nodeId, host, port, rack: broker.settings.rack }],
      ...(includeClusterAuthorizedOperations ? { clusterAuthorizedOperations: clusterOperations(context) } : {}),
    }
  })
