/**
 * Which splits of a source hold its event time back: those that may still give rows, but for those without one for so long
 * that they count as idle.
 *
 *     splits 0 1 2    0 gives rows, 1 has ended, 2 is silent for `idleTimeoutMs`    holding: 0
 */
import type { SourceReader } from '../dataflow/source.ts'
import type { GraphNode } from './graph.ts'

export class SplitWatch {
  readonly #reader: SourceReader
  readonly #node: GraphNode
  /** 0: none is ever idle. */
  readonly #idleTimeoutMs: number
  /** When a split gave its last row, or came. */
  readonly #lastMs = new Map<number, number>()
  #known: readonly number[] | undefined
  #told: readonly number[] = []

  constructor(reader: SourceReader, node: GraphNode, idleTimeoutMs: number) {
    this.#reader = reader
    this.#node = node
    this.#idleTimeoutMs = idleTimeoutMs
  }

  /** A row of the split has come. */
  gave(split: number, nowMs: number): void {
    if (this.#idleTimeoutMs > 0) this.#lastMs.set(split, nowMs)
  }

  /** Tells the graph what has changed since it was told last. Cheap while nothing does. */
  look(nowMs: number): void {
    const splits = this.#reader.splits!
    if (splits === this.#known && this.#idleTimeoutMs === 0) return
    const holding = this.#idleTimeoutMs === 0 ? splits : splits.filter(split => this.#holds(split, nowMs))
    if (splits === this.#known && same(holding, this.#told)) return
    this.#known = splits
    this.#told = holding
    this.#node.tellSplits(holding)
  }

  #holds(split: number, nowMs: number): boolean {
    const lastMs = this.#lastMs.get(split)
    if (lastMs === undefined) this.#lastMs.set(split, nowMs)
    return nowMs - (lastMs ?? nowMs) < this.#idleTimeoutMs
  }
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((split, i) => split === b[i])
