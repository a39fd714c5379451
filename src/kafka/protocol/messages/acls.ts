/**
 * Who may do what to which resource.
 *
 *     resource types     1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
 *     pattern types      1 any, 2 match, 3 literal, 4 prefixed
 *     operations         1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster action,
 *                        10 describe configs, 11 alter configs, 12 idempotent write, 13 create tokens, 14 describe tokens
 *     permission types   1 any, 2 deny, 3 allow
 */
import { type MessageOf, api, array, int16, int32, int8, request, response, string } from '../schema.ts'

const DescribeAcls = api('DescribeAcls', { key: 29, versions: '1-3', flexible: '2+' })
const CreateAcls = api('CreateAcls', { key: 30, versions: '1-3', flexible: '2+' })
const DeleteAcls = api('DeleteAcls', { key: 31, versions: '1-3', flexible: '2+' })

export const DescribeAclsRequest = request(DescribeAcls, {
  resourceTypeFilter: int8(),
  resourceNameFilter: string().nullable(),
  patternTypeFilter: int8().default(3),
  principalFilter: string().nullable(),
  hostFilter: string().nullable(),
  operation: int8(),
  permissionType: int8(),
})
export type DescribeAclsRequest = MessageOf<typeof DescribeAclsRequest>

export const DescribeAclsResponse = response(DescribeAcls, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().nullable(),
  resources: array({
    resourceType: int8(),
    resourceName: string(),
    patternType: int8().default(3),
    acls: array({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
  }),
})
export type DescribeAclsResponse = MessageOf<typeof DescribeAclsResponse>

export const CreateAclsRequest = request(CreateAcls, {
  creations: array({
    resourceType: int8(),
    resourceName: string(),
    resourcePatternType: int8().default(3),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  }),
})
export type CreateAclsRequest = MessageOf<typeof CreateAclsRequest>

export const CreateAclsResponse = response(CreateAcls, {
  throttleTimeMs: int32(),
  results: array({ errorCode: int16(), errorMessage: string().nullable() }),
})
export type CreateAclsResponse = MessageOf<typeof CreateAclsResponse>

export const DeleteAclsRequest = request(DeleteAcls, {
  filters: array({
    resourceTypeFilter: int8(),
    resourceNameFilter: string().nullable(),
    patternTypeFilter: int8().default(3),
    principalFilter: string().nullable(),
    hostFilter: string().nullable(),
    operation: int8(),
    permissionType: int8(),
  }),
})
export type DeleteAclsRequest = MessageOf<typeof DeleteAclsRequest>

export const DeleteAclsResponse = response(DeleteAcls, {
  throttleTimeMs: int32(),
  filterResults: array({
    errorCode: int16(),
    errorMessage: string().nullable(),
    matchingAcls: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
      resourceType: int8(),
      resourceName: string(),
      patternType: int8().default(3),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  }),
})
export type DeleteAclsResponse = MessageOf<typeof DeleteAclsResponse>
