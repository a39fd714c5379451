/** What can be limited, of whom, and how much it may be. */
import { type QuotaEntity, invalid } from './quota-entity.ts'

const LONG_MAX = 2 ** 63
const INT_MAX = 2 ** 31 - 1

interface Limit {
  readonly whole: boolean
  readonly min: number
  readonly max: number
}

const ofClients: Readonly<Record<string, Limit>> = {
  producer_byte_rate: { whole: true, min: 1, max: LONG_MAX },
  consumer_byte_rate: { whole: true, min: 1, max: LONG_MAX },
  request_percentage: { whole: false, min: Number.MIN_VALUE, max: INT_MAX },
  controller_mutation_rate: { whole: false, min: Number.MIN_VALUE, max: INT_MAX },
}
const ofAddresses: Readonly<Record<string, Limit>> = { connection_creation_rate: { whole: true, min: 1, max: INT_MAX } }

/** Fails where the entity can't be limited in that, or not to so much. */
export function checkQuota(entity: QuotaEntity, key: string, value: number): void {
  const limit = (entity.has('ip') ? ofAddresses : ofClients)[key]
  if (limit === undefined) throw invalid(`there is no quota '${key}' for them`)
  if (!(value >= limit.min)) throw invalid(`${key} is more than 0, not ${value}`)
  if (limit.whole && !Number.isInteger(value)) throw invalid(`${key} is a whole number, not ${value}`)
  if (value > limit.max) throw invalid(`${key} is at most ${limit.max}, not ${value}`)
}
