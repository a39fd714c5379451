/**
 * Whom a quota is for: a user, a client id, both, or an address; each by name, or whoever has no quota of his own (Kafka's default entity).
 *
 *     user ann · user ann, client-id app · any other user, client-id app · ip 127.0.0.1
 */
import { isIP } from 'node:net'
import { ErrorCode } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../topics.ts'

export const ENTITY_TYPES = ['user', 'client-id', 'ip'] as const
export type EntityType = (typeof ENTITY_TYPES)[number]

/** Null: the default. */
export type QuotaEntity = ReadonlyMap<EntityType, string | null>

export interface EntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

/** Fails where there can be no such entity. Of two parts of one type the later counts, as with Kafka. */
export function entityOf(parts: readonly EntityPart[]): QuotaEntity {
  const entity = new Map<EntityType, string | null>()
  for (const { entityType, entityName } of parts) {
    if (!isEntityType(entityType)) throw invalid(`there are no quotas of type '${entityType}'`)
    if (entityName === '') throw invalid(`a ${entityType} has a name`)
    entity.set(entityType, entityName)
  }
  if (entity.size === 0) throw invalid('a quota is for somebody')
  if (entity.has('ip') && entity.size > 1) throw invalid('an address has quotas by itself, without users and clients')
  const address = entity.get('ip')
  if (typeof address === 'string' && isIP(address) === 0 && !HOST.test(address)) throw invalid(`'${address}' is no address`)
  return entity
}

const HOST = /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/

export const isEntityType = (type: string): type is EntityType => (ENTITY_TYPES as readonly string[]).includes(type)

export const partsOf = (entity: QuotaEntity): readonly EntityPart[] =>
  Array.from(entity, ([entityType, entityName]) => ({ entityType, entityName })).toSorted((a, b) =>
    a.entityType < b.entityType ? -1 : 1,
  )

export const invalid = (message: string): KafkaRefusal => new KafkaRefusal(ErrorCode.INVALID_REQUEST, message)
