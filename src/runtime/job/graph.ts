/**
 * The running form of a plan: one node per plan node, edges that hand chunks over by a plain call. Everything in here is
 * synchronous; the job around it (`job.ts`) does all the waiting.
 *
 * Watermarks: each input of a node has its own, the node's is the least of those that are not idle, an input that has
 * ended counts as infinitely far. An operator that makes watermarks itself answers `currentWatermark` and is asked after
 * every chunk.
 */
import { assert } from '../../base/assert.ts'
import type { Chunk } from '../../data/chunk.ts'
import { MAX_WATERMARK, MIN_WATERMARK, type Operator, type Output } from '../dataflow/operator.ts'

interface Edge {
  readonly to: GraphNode
  readonly input: number
}

export class GraphNode implements Output {
  readonly id: number
  readonly name: string
  readonly operator: Operator
  readonly edges: Edge[] = []
  rowsIn = 0
  rowsOut = 0
  /** What was last passed on. */
  watermark = MIN_WATERMARK
  readonly #inputs: { watermark: number; idle: boolean; ended: boolean }[]
  #seen = MIN_WATERMARK
  #idle = false
  #ended = false

  constructor(id: number, name: string, operator: Operator, inputs: number) {
    this.id = id
    this.name = name
    this.operator = operator
    this.#inputs = Array.from({ length: inputs }, () => ({ watermark: MIN_WATERMARK, idle: false, ended: false }))
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Neither this operator nor anyone behind it wants more rows. */
  get done(): boolean {
    if (this.operator.done?.() === true) return true
    return this.edges.length > 0 && this.edges.every(edge => edge.to.done)
  }

  connect(to: GraphNode, input: number): void {
    this.edges.push({ to, input })
  }

  /** Rows of this node's operator, on their way to whoever reads it. */
  emit(chunk: Chunk): void {
    if (chunk.length === 0) return chunk.release()
    this.rowsOut += chunk.length
    const { edges } = this
    assert(edges.length > 0, `${this.name} has someone who reads it`)
    for (let i = 1; i < edges.length; i++) chunk.retain()
    for (const edge of edges) edge.to.receive(chunk, edge.input)
  }

  receive(chunk: Chunk, input: number): void {
    this.rowsIn += chunk.length
    this.operator.onChunk(chunk, input, this)
    if (this.operator.currentWatermark !== undefined) this.#pass(this.operator.currentWatermark())
  }

  /** A period has passed on a live stream: event time that was held back until the next row is told now. */
  tick(): void {
    if (this.operator.currentWatermark !== undefined) this.#pass(this.operator.currentWatermark(true))
  }

  /** Which splits of a source hold event time back: for whoever makes it. */
  tellSplits(splits: readonly number[]): void {
    const { operator } = this
    if (operator.currentWatermark === undefined) for (const edge of this.edges) edge.to.tellSplits(splits)
    else {
      operator.onSplits?.(splits)
      this.#pass(operator.currentWatermark())
    }
  }

  advance(input: number, timeMs: number): void {
    const state = this.#inputs[input]!
    if (timeMs <= state.watermark && !state.idle) return
    state.watermark = Math.max(timeMs, state.watermark)
    state.idle = false
    this.#settle()
  }

  /** An idle input holds nobody back. It is active again with its next watermark. */
  setIdle(input: number, idle: boolean): void {
    if (this.#inputs[input]!.idle === idle) return
    this.#inputs[input]!.idle = idle
    this.#settle()
  }

  end(input: number): void {
    const state = this.#inputs[input]!
    if (state.ended) return
    state.ended = true
    this.operator.onEnd?.(input, this)
    if (!this.#inputs.every(i => i.ended)) return
    this.#ended = true
    for (const edge of this.edges) edge.to.end(edge.input)
  }

  /** What a checkpoint keeps of the node itself. */
  progress(): NodeProgress {
    return { watermark: finite(this.watermark), seen: finite(this.#seen), inputs: this.#inputs.map(i => finite(i.watermark)) }
  }

  restoreProgress(progress: NodeProgress): void {
    this.watermark = infinite(progress.watermark)
    this.#seen = infinite(progress.seen)
    progress.inputs.forEach((watermark, i) => (this.#inputs[i]!.watermark = infinite(watermark)))
  }

  #settle(): void {
    const active = this.#inputs.filter(input => !input.idle)
    if (active.length === 0) {
      this.#idle = true
      for (const edge of this.edges) edge.to.setIdle(edge.input, true)
      return
    }
    if (this.#idle) {
      this.#idle = false
      for (const edge of this.edges) edge.to.setIdle(edge.input, false)
    }
    const least = active.reduce((time, input) => Math.min(time, input.watermark), MAX_WATERMARK)
    if (least <= this.#seen) return
    this.#seen = least
    this.operator.onWatermark?.(least, this)
    const { operator } = this
    // The end of time passes everyone; before it, who makes event time does not hear of it from upstream.
    const own = least === MAX_WATERMARK ? undefined : operator.currentWatermark?.()
    this.#pass(own ?? operator.outputWatermark?.(least) ?? least)
  }

  #pass(timeMs: number): void {
    if (timeMs <= this.watermark) return
    this.watermark = timeMs
    for (const edge of this.edges) edge.to.advance(edge.input, timeMs)
  }
}

/** Infinities as JSON can hold them. */
export interface NodeProgress {
  readonly watermark: number | 'min' | 'max'
  readonly seen: number | 'min' | 'max'
  readonly inputs: readonly (number | 'min' | 'max')[]
}

const finite = (time: number): number | 'min' | 'max' => (time === MIN_WATERMARK ? 'min' : time === MAX_WATERMARK ? 'max' : time)
const infinite = (time: number | 'min' | 'max'): number =>
  time === 'min' ? MIN_WATERMARK : time === 'max' ? MAX_WATERMARK : time
