import type { Clock, Timers } from '../../base/clock.ts'
import type { Committer, Durability } from './commit.ts'
import type { IndexCache } from './index-cache.ts'
import type { OpenFiles } from './open-files.ts'
import type { Stage } from './stage.ts'

/** What all logs of a directory share. */
export interface LogContext {
  readonly open: OpenFiles
  readonly committer: Committer
  readonly stage: Stage
  readonly durability: Durability
  readonly clock: Clock
  readonly timers: Timers
  readonly indexes: IndexCache
  /** Stamped on each batch; grows with each start that could not tell whether something was lost. */
  readonly leaderEpoch: number
  /** The disk took nothing more; appends wait until there is room again. */
  full: boolean
  /** Since the start, by all logs. */
  appendedBytes: number
  /** Called when a write found no room. */
  foundFull(): void
  /** Something that a person should see. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void
}

export interface LogIdentity {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
}
