/** Who may do what. Without an authorizer everybody may do everything. */
export type AclOperation =
  | 'READ'
  | 'WRITE'
  | 'CREATE'
  | 'DELETE'
  | 'ALTER'
  | 'DESCRIBE'
  | 'CLUSTER_ACTION'
  | 'DESCRIBE_CONFIGS'
  | 'ALTER_CONFIGS'
  | 'IDEMPOTENT_WRITE'
  | 'TWO_PHASE_COMMIT'

export type ResourceType = 'TOPIC' | 'GROUP' | 'CLUSTER' | 'TRANSACTIONAL_ID'

/** The one resource of type CLUSTER. */
export const CLUSTER_NAME = 'kafka-cluster'

/** Parts of this process. Clients are of type User, so none is taken for it; it may do everything. */
export const INSIDE = 'Process:millrace'

export interface Authorizer {
  /** `host`: the address a client comes from. */
  allows(principal: string, host: string, operation: AclOperation, type: ResourceType, name: string): boolean
  /** Is there any resource of this type that it may be done to? */
  allowsAny(principal: string, host: string, operation: AclOperation, type: ResourceType): boolean
}
