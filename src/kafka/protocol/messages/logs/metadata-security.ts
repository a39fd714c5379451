/** `__cluster_metadata`: ACLs, credentials, tokens and quotas. */
import { type MessageOf, array, bool, bytes, flexible, float64, int32, int64, int8, record, string, uuid } from '../../schema.ts'

export const AccessControlEntryRecord = record(18, 'AccessControlEntryRecord', '0', flexible('0+'), {
  id: uuid(),
  resourceType: int8(),
  resourceName: string(),
  patternType: int8(),
  principal: string(),
  host: string(),
  operation: int8(),
  permissionType: int8(),
})
export type AccessControlEntryRecord = MessageOf<typeof AccessControlEntryRecord>

export const RemoveAccessControlEntryRecord = record(19, 'RemoveAccessControlEntryRecord', '0', flexible('0+'), { id: uuid() })
export type RemoveAccessControlEntryRecord = MessageOf<typeof RemoveAccessControlEntryRecord>

export const UserScramCredentialRecord = record(11, 'UserScramCredentialRecord', '0', flexible('0+'), {
  name: string(),
  mechanism: int8(),
  salt: bytes(),
  storedKey: bytes(),
  serverKey: bytes(),
  iterations: int32(),
})
export type UserScramCredentialRecord = MessageOf<typeof UserScramCredentialRecord>

export const RemoveUserScramCredentialRecord = record(22, 'RemoveUserScramCredentialRecord', '0', flexible('0+'), {
  name: string(),
  mechanism: int8(),
})
export type RemoveUserScramCredentialRecord = MessageOf<typeof RemoveUserScramCredentialRecord>

export const DelegationTokenRecord = record(10, 'DelegationTokenRecord', '0', flexible('0+'), {
  owner: string(),
  requester: string(),
  renewers: array(string()),
  issueTimestamp: int64(),
  maxTimestamp: int64(),
  expirationTimestamp: int64(),
  tokenId: string(),
})
export type DelegationTokenRecord = MessageOf<typeof DelegationTokenRecord>

export const RemoveDelegationTokenRecord = record(26, 'RemoveDelegationTokenRecord', '0', flexible('0+'), { tokenId: string() })
export type RemoveDelegationTokenRecord = MessageOf<typeof RemoveDelegationTokenRecord>

export const ClientQuotaRecord = record(14, 'ClientQuotaRecord', '0', flexible('0+'), {
  entity: array({ entityType: string(), entityName: string().nullable() }),
  key: string(),
  value: float64(),
  remove: bool(),
})
export type ClientQuotaRecord = MessageOf<typeof ClientQuotaRecord>
