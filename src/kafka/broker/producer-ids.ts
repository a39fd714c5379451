/**
 * Numbers for producers, each given once and never again, whatever crashes: a block of them is journalled before its first is
 * given, and what is left of it after a crash is lost.
 */
import type { JournalSection, StateJournal } from '../log/state-journal.ts'

const BLOCK = 1000

export class ProducerIds implements JournalSection {
  readonly id = 2
  readonly name = 'producer ids'
  #next = 0
  #end = 0
  #journal: StateJournal | undefined

  open(journal: StateJournal): void {
    this.#journal = journal
  }

  replay(entry: Uint8Array): void {
    this.#next = this.#end = Math.max(this.#end, Number(new DataView(entry.buffer, entry.byteOffset).getBigInt64(0)))
  }

  *snapshot(): Iterable<Uint8Array> {
    if (this.#end > 0) yield entryOf(this.#end)
  }

  /** A number of its own. It may be told once the journal is durable. */
  next(): number {
    if (this.#next === this.#end) {
      this.#end += BLOCK
      this.#journal!.append(this.id, entryOf(this.#end))
    }
    return this.#next++
  }

  /** Ids below are somebody's already: a directory of another broker was taken over. */
  reserve(below: number): void {
    if (below <= this.#end) return
    this.#next = this.#end = below
    this.#journal!.append(this.id, entryOf(below))
  }
}

/** Where the next block begins. */
function entryOf(end: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, BigInt(end))
  return new Uint8Array(view.buffer)
}
