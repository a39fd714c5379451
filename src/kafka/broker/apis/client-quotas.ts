/** DescribeClientQuotas and AlterClientQuotas: limits of users, clients and addresses. They are kept and shown, and not enforced. */
import { groupBy } from '../../../base/group-by.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { type EntityType, type QuotaEntity, entityOf, invalid, isEntityType, partsOf } from '../quotas/quota-entity.ts'
import { keyOf } from '../quotas/quota-store.ts'
import { checkQuota } from '../quotas/quota-values.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { KafkaRefusal } from '../topics.ts'

type Component = RequestOf<'DescribeClientQuotas'>['components'][number]
type Entry = RequestOf<'AlterClientQuotas'>['entries'][number]

const MatchType = { EXACT: 0, DEFAULT: 1, ANY: 2 } as const

export const describeClientQuotas = (broker: Broker) =>
  handler('DescribeClientQuotas', ({ components, strict }, context) => {
    if (!context.may('DESCRIBE_CONFIGS', 'CLUSTER', CLUSTER_NAME))
      return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'not authorized', entries: null }
    try {
      const filter = filterOf(components)
      const found = Array.from(broker.quotas.all).filter(({ entity }) => matches(entity, filter, strict))
      const entries = found.map(({ entity, values }) => ({
        entity: partsOf(entity),
        values: Array.from(values, ([key, value]) => ({ key, value })).toSorted((a, b) => shownAt(a.key) - shownAt(b.key)),
      }))
      return { errorMessage: '', entries }
    } catch (error) {
      if (!(error instanceof KafkaRefusal)) throw error
      return { errorCode: error.errorCode, errorMessage: error.message, entries: null }
    }
  })

/** Kafka shows them by its hashes of their names, whatever the order they came in; a client's test suite relies on it. */
const shownOrder = ['consumer_byte_rate', 'controller_mutation_rate', 'request_percentage', 'producer_byte_rate']
const shownAt = (key: string): number => shownOrder.indexOf(key)

function filterOf(components: readonly Component[]): ReadonlyMap<EntityType, Component> {
  const filter = new Map<EntityType, Component>()
  for (const component of components) {
    const { entityType, matchType, match } = component
    if (entityType === '') throw invalid('a type has a name')
    if (!isEntityType(entityType))
      throw new KafkaRefusal(ErrorCode.UNSUPPORTED_VERSION, `there are no quotas of type '${entityType}'`)
    if (filter.has(entityType)) throw invalid(`${entityType} is asked for twice`)
    if (matchType < MatchType.EXACT || matchType > MatchType.ANY) throw invalid(`there is no way ${matchType} to match`)
    if ((matchType === MatchType.EXACT) === (match === null)) throw invalid('a name is asked for, or none')
    filter.set(entityType, component)
  }
  if (filter.has('ip') && filter.size > 1) throw invalid('an address has quotas by itself, without users and clients')
  return filter
}

/** `strict`: and is nothing besides. */
function matches(entity: QuotaEntity, filter: ReadonlyMap<EntityType, Component>, strict: boolean): boolean {
  if (strict && entity.size !== filter.size) return false
  for (const [type, { matchType, match }] of filter) {
    const name = entity.get(type)
    if (name === undefined) return false
    if (matchType === MatchType.EXACT ? name !== match : matchType === MatchType.DEFAULT && name !== null) return false
  }
  return true
}

export const alterClientQuotas = (broker: Broker) =>
  handler('AlterClientQuotas', ({ entries, validateOnly }, context) => {
    if (!context.may('ALTER_CONFIGS', 'CLUSTER', CLUSTER_NAME)) {
      const refusal = { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'not authorized' }
      return { entries: entries.map(({ entity }) => ({ ...refusal, entity })) }
    }
    const answers = Array.from(groupBy(entries, wholeKey).values(), same => alter(broker, same, validateOnly))
    return { entries: answers }
  })

/** Entries of one entity belong together; those that name none rightly stand for themselves. */
const wholeKey = ({ entity }: Entry): string =>
  JSON.stringify(entity.map(({ entityType, entityName }) => [entityType, entityName]).toSorted())

function alter(broker: Broker, [entry, another]: readonly Entry[], validateOnly: boolean) {
  const { entity: parts, ops } = entry!
  try {
    const entity = entityOf(parts)
    if (another !== undefined || new Set(ops.map(({ key }) => key)).size < ops.length)
      throw invalid(`the request names ${keyOf(entity)} or one of its quotas twice`)
    const values = new Map(broker.quotas.of(entity))
    for (const { key, value, remove } of ops) {
      if (remove) values.delete(key)
      else {
        checkQuota(entity, key, value)
        values.set(key, value)
      }
    }
    if (!validateOnly) broker.quotas.set({ entity, values })
    return { errorCode: 0, errorMessage: null, entity: partsOf(entity) }
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return { errorCode: error.errorCode, errorMessage: error.message, entity: parts }
  }
}
