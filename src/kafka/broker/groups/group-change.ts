/** What has to be journalled of one heartbeat, of a leave, of silence: together it is one entry. */
import type { ConsumerMember } from './consumer-member.ts'

export class GroupChange {
  readonly gone = new Set<string>()
  readonly described = new Set<ConsumerMember>()
  readonly targets = new Set<ConsumerMember>()
  readonly moved = new Set<ConsumerMember>()
  epoch = false
  patterns = false
  /** Not by itself: it leads to another epoch. */
  subscriptions = false

  get isEmpty(): boolean {
    const sets = this.gone.size + this.described.size + this.targets.size + this.moved.size
    return sets === 0 && !this.epoch && !this.patterns
  }

  forget(member: ConsumerMember): void {
    this.gone.add(member.id)
    for (const set of [this.described, this.targets, this.moved]) set.delete(member)
  }
}
