/** The cluster and its brokers. */
import { type MessageOf, api, array, bool, int16, int32, INT32_MIN, int8, request, response, string } from '../schema.ts'

const DescribeCluster = api('DescribeCluster', { key: 60, versions: '0-2', flexible: '0+' })

export const DescribeClusterRequest = request(DescribeCluster, {
  includeClusterAuthorizedOperations: bool(),
  endpointType: int8('1+').default(1),
  includeFencedBrokers: bool('2+'),
})
export type DescribeClusterRequest = MessageOf<typeof DescribeClusterRequest>

export const DescribeClusterResponse = response(DescribeCluster, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().orNull(),
  endpointType: int8('1+').default(1),
  clusterId: string(),
  controllerId: int32().default(-1),
  brokers: array({
    brokerId: int32(),
    host: string(),
    port: int32(),
    rack: string().orNull(),
    isFenced: bool('2+'),
  }),
  clusterAuthorizedOperations: int32().default(INT32_MIN),
})
export type DescribeClusterResponse = MessageOf<typeof DescribeClusterResponse>
