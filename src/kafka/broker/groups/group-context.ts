/** What every group is handed, and what groups of both protocols have in common. */
import type { Clock, Timers } from '../../../base/clock.ts'
import { type Random, randomUuid } from '../../../base/random.ts'
import type { GroupJournal } from './group-journal.ts'
import type { GroupSettings } from './group-settings.ts'

export interface GroupContext {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly journal: GroupJournal
  readonly settings: () => GroupSettings
}

/** Who asks. */
export interface GroupClient {
  readonly clientId: string
  /** As Kafka writes it: `/127.0.0.1`. */
  readonly host: string
  /** Of the API. */
  readonly version: number
}

export const NEVER = Number.POSITIVE_INFINITY

/** A random id as Java writes it: `6a3aa654-1ac0-42db-8336-18fb809d40f7`. */
export function uuidText(random: Random): string {
  const hex = Buffer.from(randomUuid(random), 'base64url').toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
