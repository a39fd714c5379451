/**
 * Offsets that a group commits, each greater than the one before it. A broker that comes back must say one between the last it
 * acknowledged and the last it was asked for; and what it has once said, it never goes behind.
 */
export class OffsetLedger {
  readonly #acknowledged = new Map<number, number>()
  readonly #asked = new Map<number, number>()
  commits = 0

  next(partition: number): number {
    const offset = (this.#asked.get(partition) ?? 0) + 1
    this.#asked.set(partition, offset)
    return offset
  }

  acknowledged(partition: number, offset: number): void {
    this.commits++
    this.#acknowledged.set(partition, Math.max(offset, this.#acknowledged.get(partition) ?? 0))
  }

  /** `found`: what the broker says now, by partition. */
  check(groupId: string, found: ReadonlyMap<number, number>): void {
    for (const [partition, least] of this.#acknowledged) {
      const offset = found.get(partition) ?? -1
      if (offset < least)
        throw new Error(`group ${groupId}, partition ${partition}: offset ${least} was acknowledged, now it is ${offset}`)
    }
    for (const [partition, offset] of found) {
      const most = this.#asked.get(partition) ?? 0
      if (offset > most)
        throw new Error(`group ${groupId}, partition ${partition}: offset ${offset}, and nobody committed beyond ${most}`)
      this.#acknowledged.set(partition, offset)
    }
  }
}
