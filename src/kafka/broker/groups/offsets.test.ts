import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StateJournal } from '../../log/state-journal.ts'
import { type CommittedOffset, Offsets, type TopicOffsets } from './offsets.ts'

const A = 'AAAAAAAAAAAAAAAAAAAAAA'
const B = 'BBBBBBBBBBBBBBBBBBBBBA'

/** Offsets whose journal is a list. */
class Bench {
  entries: Uint8Array[] = []
  offsets = new Offsets()

  constructor() {
    this.#open()
  }

  #open(isTopic: (topicId: string) => boolean = () => true) {
    this.offsets.open({ append: (_: number, entry: Uint8Array) => this.entries.push(entry) } as unknown as StateJournal, isTopic)
  }

  restart(isTopic?: (topicId: string) => boolean) {
    this.offsets = new Offsets()
    for (const entry of this.entries) this.offsets.replay(entry)
    this.#open(isTopic)
  }

  /** What came while the snapshot was taken is replayed after it, once more. */
  snapshot(late: number) {
    this.entries = [...this.offsets.snapshot(), ...this.entries.slice(this.entries.length - late)]
  }

  /** `A-0@5 A-1@6?`: with a question mark where a transaction is open. */
  show(groupId = 'g'): string {
    const names = new Map([
      [A, 'A'],
      [B, 'B'],
    ])
    const all: string[] = []
    for (const [topicId, name] of names) {
      for (let partition = 0; partition < 4; partition++) {
        const offset = this.offsets.of(groupId)?.get(topicId)?.get(partition)?.offset
        const pending = this.offsets.isPending(groupId, topicId, partition)
        if (offset !== undefined || pending) all.push(`${name}-${partition}@${offset ?? 'none'}${pending ? '?' : ''}`)
      }
    }
    return all.join(' ')
  }
}

const offset = (partition: number, at: number): CommittedOffset => ({
  partition,
  offset: at,
  leaderEpoch: -1,
  metadata: '',
  committedMs: 1000,
  expiresMs: -1,
})

/** `A-0@5 B-1@7` */
const offsetsOf = (text: string): TopicOffsets[] =>
  text.split(' ').map(word => {
    const [, topic, partition, at] = /^([AB])-(\d)@(\d+)$/.exec(word)!
    return { topicId: topic === 'A' ? A : B, partitions: [offset(Number(partition), Number(at))] }
  })

test('committed, committed again, deleted', () => {
  const bench = new Bench()
  bench.offsets.commit('g', offsetsOf('A-0@5 A-1@6 B-0@7'))
  bench.offsets.commit('g', offsetsOf('A-1@8'))
  expect(bench.show()).toBe('A-0@5 A-1@8 B-0@7')
  bench.offsets.delete('g', [{ topicId: A, partitions: [0, 3] }])
  bench.restart()
  expect(bench.show()).toBe('A-1@8 B-0@7')
  bench.restart(topicId => topicId === B)
  expect(bench.show()).toBe('B-0@7')
  bench.offsets.deleteGroup('g')
  bench.restart()
  expect([...bench.offsets.groupIds()]).toEqual([])
})

describe('in a transaction', () => {
  test('they wait for its end', () => {
    const bench = new Bench()
    bench.offsets.commit('g', offsetsOf('A-0@5'))
    bench.offsets.stage('g', 3, offsetsOf('A-0@7 B-1@2'))
    expect(bench.show()).toBe('A-0@5? B-1@none?')
    bench.restart()
    expect(bench.show()).toBe('A-0@5? B-1@none?')
    bench.offsets.complete(3, ['g', 'other', 'g'], 'commit')
    expect(bench.show()).toBe('A-0@7 B-1@2')
    bench.restart()
    expect(bench.show()).toBe('A-0@7 B-1@2')
  })

  test('an aborted one leaves no trace', () => {
    const bench = new Bench()
    bench.offsets.stage('g', 3, offsetsOf('A-0@7'))
    bench.offsets.complete(3, ['g'], 'abort')
    expect(bench.show()).toBe('')
    expect([...bench.offsets.groupIds()]).toEqual([])
  })

  test('a second time there is nothing to do', () => {
    const bench = new Bench()
    bench.offsets.stage('g', 3, offsetsOf('A-0@7'))
    bench.offsets.complete(3, ['g'], 'commit')
    bench.offsets.commit('g', offsetsOf('A-0@9'))
    const { length } = bench.entries
    bench.offsets.complete(3, ['g'], 'commit')
    bench.offsets.complete(4, ['g'], 'abort')
    expect(bench.entries.length).toBe(length)
    expect(bench.show()).toBe('A-0@9')
  })

  test('what was committed since stays', () => {
    const bench = new Bench()
    bench.offsets.stage('g', 3, offsetsOf('A-0@7 A-1@7'))
    bench.offsets.commit('g', offsetsOf('A-0@9'))
    bench.snapshot(0)
    bench.restart()
    expect(bench.show()).toBe('A-0@9? A-1@none?')
    bench.offsets.complete(3, ['g'], 'commit')
    expect(bench.show()).toBe('A-0@9 A-1@7')
  })

  test('two producers', () => {
    const bench = new Bench()
    bench.offsets.stage('g', 3, offsetsOf('A-0@7'))
    bench.offsets.stage('g', 4, offsetsOf('A-0@8'))
    bench.offsets.complete(4, ['g'], 'commit')
    expect(bench.show()).toBe('A-0@8?')
    bench.offsets.complete(3, ['g'], 'commit')
    expect(bench.show()).toBe('A-0@8')
  })

  test('go with their group, their topic', () => {
    const bench = new Bench()
    bench.offsets.stage('g', 3, offsetsOf('A-0@7 B-0@7'))
    bench.offsets.forgetTopic(A)
    expect(bench.show()).toBe('B-0@none?')
    bench.offsets.deleteGroup('g')
    bench.offsets.complete(3, ['g'], 'commit')
    bench.restart()
    expect(bench.show()).toBe('')
  })
})

const change = fc.oneof(
  fc.record({ what: fc.constant('commit' as const), partition: fc.nat(3), at: fc.nat(99) }),
  fc.record({ what: fc.constant('delete' as const), partition: fc.nat(3) }),
  fc.record({ what: fc.constant('deleteGroup' as const) }),
  fc.record({ what: fc.constant('stage' as const), producer: fc.nat(2), partition: fc.nat(3), at: fc.nat(99) }),
  fc.record({
    what: fc.constant('complete' as const),
    producer: fc.nat(2),
    outcome: fc.constantFrom('commit' as const, 'abort' as const),
  }),
)

test('a restart changes nothing, whenever the last snapshot was', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), fc.nat(8), (changes, snapshotAt, late) => {
      const bench = new Bench()
      for (const [i, next] of changes.entries()) {
        const { offsets } = bench
        if (next.what === 'commit') offsets.commit('g', [{ topicId: A, partitions: [offset(next.partition, next.at)] }])
        else if (next.what === 'delete') offsets.delete('g', [{ topicId: A, partitions: [next.partition] }])
        else if (next.what === 'deleteGroup') offsets.deleteGroup('g')
        else if (next.what === 'stage')
          offsets.stage('g', next.producer, [{ topicId: A, partitions: [offset(next.partition, next.at)] }])
        else offsets.complete(next.producer, ['g'], next.outcome)
        if (i === snapshotAt) bench.snapshot(Math.min(late, bench.entries.length))
      }
      const before = bench.show()
      bench.restart()
      expect(bench.show()).toBe(before)
    }),
    { numRuns: 500 },
  )
})
