/**
 * The table that a changelog describes. Without a key it is a bag of rows; with one, the last row of each key.
 *
 *     changes       as a bag      by key 0
 *     +I ann 5      ann 5         ann 5
 *     +I ann 5      ann 5 (2×)    refused: ann is there
 *     -U ann 5      ann 5         –
 *     +U ann 7      ann 5, ann 7  ann 7
 *     -D bob 1      refused       ignored where the row's key is not there: allowed in upserts
 *
 * It holds an operator's output to the contract of changelogs: nothing is taken away that is not there, and in a bag
 * every +U answers a -U that came before it.
 */
import { assert, unreachable } from '../base/assert.ts'
import { RowKind, rowKindText } from '../data/row-kind.ts'

export interface ChangelogRules {
  /** The columns that identify a row, for changelogs without -U. Undefined: the changes are a bag's. */
  readonly key?: readonly number[]
  /** Behind a filter a +U may stand without its -U: the row before did not pass. */
  readonly loosePairs?: boolean
  /** By key, a +I may also replace a row: who asked for upserts does not look. */
  readonly looseInserts?: boolean
}

/** A row as its cells in notation: equal cells are equal values. */
export type Cells = readonly string[]

export class ChangelogTable {
  readonly #rules: ChangelogRules
  /** By identity: the row's text and how often it is there. */
  readonly #rows = new Map<string, { text: string; count: number }>()
  /** -U that no +U has answered yet. */
  #openUpdates = 0

  constructor(rules: ChangelogRules = {}) {
    this.#rules = rules
  }

  /** Rows that are there, duplicates counted. */
  get size(): number {
    let size = 0
    for (const { count } of this.#rows.values()) size += count
    return size
  }

  /** Throws an `InvariantError` with the change when it does not fit the table. */
  apply(kind: RowKind, row: Cells): void {
    if (this.#rules.key !== undefined) this.#upsert(kind, row, this.#rules.key)
    else this.#change(kind, row)
  }

  #change(kind: RowKind, row: Cells): void {
    const text = row.join(' ')
    const change = `${rowKindText[kind]} ${text}`
    if (kind === RowKind.UpdateBefore) this.#openUpdates += 1
    if (kind === RowKind.UpdateAfter && this.#rules.loosePairs !== true) {
      this.#openUpdates -= 1
      assert(this.#openUpdates >= 0, `a +U follows its -U, unlike: ${change}`)
    }
    const entry = this.#rows.get(text)
    if (kind === RowKind.Insert || kind === RowKind.UpdateAfter) {
      if (entry === undefined) this.#rows.set(text, { text, count: 1 })
      else entry.count += 1
      return
    }
    assert(entry !== undefined, `what is taken away is there, unlike: ${change}`)
    entry.count -= 1
    if (entry.count === 0) this.#rows.delete(text)
  }

  #upsert(kind: RowKind, row: Cells, key: readonly number[]): void {
    const text = row.join(' ')
    const identity = key.map(column => row[column]).join(' ')
    const change = `${rowKindText[kind]} ${text}`
    switch (kind) {
      case RowKind.Insert:
        assert(
          this.#rules.looseInserts === true || !this.#rows.has(identity),
          `a +I brings a key that is not there, unlike: ${change}`,
        )
        this.#rows.set(identity, { text, count: 1 })
        return
      case RowKind.UpdateBefore:
        assert(false, `upserts have no -U, unlike: ${change}`)
        return
      case RowKind.UpdateAfter:
        this.#rows.set(identity, { text, count: 1 })
        return
      case RowKind.Delete:
        this.#rows.delete(identity)
        return
      default:
        unreachable(kind)
    }
  }

  /** The rows in notation without kinds, sorted, one a line, each as often as it is there. */
  toString(): string {
    return [...this.#rows.values()]
      .flatMap(({ text, count }) => Array.from({ length: count }, () => text))
      .toSorted()
      .join('\n')
  }
}
