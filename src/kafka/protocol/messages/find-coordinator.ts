/**
 * Who coordinates a group or a transaction: one up to version 3, several from 4 on.
 *
 *     key types      0 group, 1 transaction, 2 share group
 */
import { type MessageOf, api, array, int16, int32, int8, request, response, string } from '../schema.ts'

const FindCoordinator = api('FindCoordinator', { key: 10, versions: '0-6', flexible: '3+' })

export const FindCoordinatorRequest = request(FindCoordinator, {
  key: string('0-3'),
  keyType: int8('1+'),
  coordinatorKeys: array('4+', string()),
})
export type FindCoordinatorRequest = MessageOf<typeof FindCoordinatorRequest>

export const FindCoordinatorResponse = response(FindCoordinator, {
  throttleTimeMs: int32('1+').ignorable(),
  errorCode: int16('0-3'),
  errorMessage: string('1-3').nullable().ignorable(),
  nodeId: int32('0-3'),
  host: string('0-3'),
  port: int32('0-3'),
  coordinators: array('4+', {
    key: string(),
    nodeId: int32(),
    host: string(),
    port: int32(),
    errorCode: int16(),
    errorMessage: string().nullable().ignorable(),
  }),
})
export type FindCoordinatorResponse = MessageOf<typeof FindCoordinatorResponse>
