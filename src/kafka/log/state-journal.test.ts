import { expect, test } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { TestTime, settled } from '../../testing/broker.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import { Committer, type Durability } from './commit.ts'
import { type JournalSection, StateJournal } from './state-journal.ts'

/** A counter for each of a few letters; an entry says what one is now. */
class Counters implements JournalSection {
  readonly id = 1
  readonly name = 'counters'
  readonly values = new Map<string, number>()

  replay(entry: Uint8Array): void {
    const [letter, value] = new TextDecoder().decode(entry).split(' ')
    this.values.set(letter!, Number(value))
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const [letter, value] of this.values) yield new TextEncoder().encode(`${letter} ${value}`)
  }

  increment(letter: string, journal: StateJournal): number {
    const value = (this.values.get(letter) ?? 0) + 1
    this.values.set(letter, value)
    journal.append(this.id, new TextEncoder().encode(`${letter} ${value}`))
    return value
  }
}

async function open(disk: SimulatedDisk, durability: Durability, warn: (event: string) => void) {
  const files = disk.mount()
  const timers = new TestTime()
  const counters = new Counters()
  const committer = new Committer({ files, timers, durability, intervalMs: 1, wide: undefined, onFailure: () => {} })
  const context = { files, committer, timers, snapshotBytes: 300, warn }
  return { counters, timers, journal: await StateJournal.open(context, '/journal', [counters]) }
}

/** Seeds in which the power fails again and again while the journal becomes another. Answers how many snapshots there were. */
async function survives(durability: Durability): Promise<number> {
  let snapshots = 0
  for (let seed = 1; seed <= 8; seed++) {
    const random = seededRandom(seed)
    const disk = new SimulatedDisk(seed)
    const durable = new Map<string, number>()
    const asked = new Map<string, number>()
    for (let round = 0; round < 8; round++) {
      const { counters, journal, timers } = await open(disk, durability, event => {
        throw new Error(event)
      })
      for (const [letter, least] of durability === 'group' ? durable : [])
        expect(counters.values.get(letter), `seed ${seed}, ${letter}`).toBeGreaterThanOrEqual(least)
      for (const [letter, value] of counters.values) {
        expect(value, `seed ${seed}, ${letter}`).toBeLessThanOrEqual(asked.get(letter)!)
        durable.set(letter, value)
      }
      asked.clear()
      for (const [letter, value] of counters.values) asked.set(letter, value)
      const life = { over: false }
      disk.onCrash = () => (life.over = true)
      disk.crashAt = disk.operations + 1 + Math.floor(random.next() * 120)
      while (!life.over) {
        const letter = 'abcd'[Math.floor(random.next() * 4)]!
        const value = counters.increment(letter, journal)
        asked.set(letter, value)
        void journal.durable()?.then(() => {
          if (!life.over) durable.set(letter, Math.max(value, durable.get(letter) ?? 0))
        })
        await new Promise(resolve => setImmediate(resolve))
        if (random.next() < 0.1) await timers.pass(1)
      }
      await settled()
      snapshots = Math.max(snapshots, ...(await disk.list('/journal')).map(name => Number.parseInt(name, 10) || 0))
    }
  }
  return snapshots
}

test.each(['group', 'interval', 'none'] as const)('the journal survives becoming another: %s', async durability => {
  expect(await survives(durability)).toBeGreaterThan(5)
})
