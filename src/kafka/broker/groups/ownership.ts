/** Which member of a consumer group has a partition, or has not given it up yet. Never two. */
import { assert } from '../../../base/assert.ts'
import { type Position, partitionsOf } from './reconciliation.ts'

export class Ownership {
  /** Member ids, by topic id and partition. */
  readonly #owners = new Map<string, Map<number, string>>()

  isFreeFor(memberId: string, topicId: string, partition: number): boolean {
    const owner = this.#owners.get(topicId)?.get(partition)
    return owner === undefined || owner === memberId
  }

  take(memberId: string, { held, revoking }: Position): void {
    for (const part of [held, revoking]) {
      for (const [topicId, partition] of partitionsOf(part)) {
        let owners = this.#owners.get(topicId)
        if (owners === undefined) this.#owners.set(topicId, (owners = new Map()))
        assert(!owners.has(partition), 'a partition has one owner')
        owners.set(partition, memberId)
      }
    }
  }

  release({ held, revoking }: Position): void {
    for (const part of [held, revoking]) {
      for (const [topicId, partition] of partitionsOf(part)) {
        const owners = this.#owners.get(topicId)
        owners?.delete(partition)
        if (owners?.size === 0) this.#owners.delete(topicId)
      }
    }
  }
}
