/**
 * A running query: sources are read in turn, each chunk is pushed through the graph by plain calls, sinks are waited for,
 * and between two chunks, when nothing is on its way, a barrier cuts the stream: positions, state and what the sinks
 * prepared become one checkpoint. The loop yields at least every 20 ms, so that signals and timers live.
 *
 *     created → running → finishing → finished
 *                  └────→ failed | canceled | stopped (after a last checkpoint)
 */
import { assert } from '../../base/assert.ts'
import { MillraceError } from '../../base/errors.ts'
import type { Chunk } from '../../data/chunk.ts'
import { type Schema, printType } from '../../data/type.ts'
import { summarize } from '../../planner/explain/node-text.ts'
import type { PhysicalOf, PhysicalPlan } from '../../planner/physical/plan.ts'
import { MAX_WATERMARK, type Operator, type OperatorReport } from '../dataflow/operator.ts'
import type { Position } from '../dataflow/source.ts'
import { type Checkpoint, CheckpointStore, type OperatorState, SectionWriter, sectionReader } from './checkpoint.ts'
import { GraphNode, type NodeProgress } from './graph.ts'
import type { JobParts, JobProgress, JobSpec, JobStatus } from './job-spec.ts'
import { SplitWatch } from './split-watch.ts'
import { FRESH_SOURCE, type RunningSink, type RunningSource, SinkGate, passThrough } from './running.ts'

const YIELD_EVERY_MS = 20
/** How long a source that had nothing is left alone. */
const IDLE_POLL_MS = 10

export class Job {
  readonly spec: JobSpec
  readonly #parts: JobParts
  readonly #nodes: GraphNode[] = []
  readonly #signatures = new Map<GraphNode, string>()
  readonly #sources: RunningSource[] = []
  readonly #sinks: RunningSink[] = []
  readonly #store: CheckpointStore | undefined
  #status: JobStatus = 'created'
  #startedMs = 0
  #endedMs: number | undefined
  #backlog = false
  #closed = false
  #checkpoints = 0
  #nextCheckpoint = 1
  #lastCheckpoint: string | undefined
  #request: 'cancel' | 'stop' | undefined
  #wake: (() => void) | undefined
  #done: Promise<JobStatus> | undefined

  constructor(spec: JobSpec, parts: JobParts) {
    this.spec = spec
    this.#parts = parts
    if (spec.checkpoints !== undefined) {
      this.#store = new CheckpointStore(parts.disk, spec.checkpoints.directory, { retained: spec.checkpoints.retained })
    }
    const built = new Map<PhysicalPlan, GraphNode>()
    for (const sink of spec.plan) this.#build(sink, built)
  }

  get status(): JobStatus {
    return this.#status
  }

  /** The directory of the newest checkpoint, to go on from. */
  get lastCheckpoint(): string | undefined {
    return this.#lastCheckpoint
  }

  /** Runs to the end. Resolves with how it ended; rejects when it failed, after everything was closed. */
  run(): Promise<JobStatus> {
    this.#done ??= this.#run()
    return this.#done
  }

  /** Ends without a last checkpoint: what was not published is not. */
  cancel(): Promise<void> {
    return this.#ask('cancel')
  }

  /** Takes a last checkpoint, where there is a directory for one, and ends. */
  stop(): Promise<void> {
    return this.#ask(this.#store === undefined ? 'cancel' : 'stop')
  }

  progress(): JobProgress {
    const reports = this.reports()
    const sum = (read: (report: OperatorReport) => number | undefined) =>
      reports.reduce((all, r) => all + (read(r.report) ?? 0), 0)
    const sources = this.#sources.map(s => (s.last = s.reader?.progress() ?? s.last))
    const total = sources.every(s => s.totalBytes !== undefined) ? sources.reduce((all, s) => all + s.totalBytes!, 0) : undefined
    const sinks = this.#nodes.filter(n => n.operator instanceof SinkGate)
    const watermark = Math.min(...sinks.map(n => n.watermark))
    return {
      status: this.#status,
      rowsIn: this.#sources.reduce((all, s) => all + s.node.rowsOut, 0),
      rowsOut: sinks.reduce((all, n) => all + n.rowsIn, 0),
      watermarkMs: Number.isFinite(watermark) ? watermark : this.#highestFiniteWatermark(),
      elapsedMs: (this.#endedMs ?? this.#parts.clock.elapsedMs()) - this.#startedMs,
      doneBytes: total === undefined ? undefined : sources.reduce((all, s) => all + (s.doneBytes ?? 0), 0),
      totalBytes: total,
      lateRows: sum(r => r.lateRows),
      skippedRecords: sources.reduce((all, s) => all + (s.skippedRecords ?? 0), 0),
      nulledFields: sources.reduce((all, s) => all + (s.nulledFields ?? 0), 0),
      checkpoints: this.#checkpoints,
      stateBytes: sum(r => r.stateBytes),
      stateRows: sum(r => r.stateRows),
    }
  }

  /** What each operator says of itself. */
  reports(): readonly {
    readonly node: string
    readonly rowsIn: number
    readonly rowsOut: number
    readonly watermarkMs: number
    readonly report: OperatorReport
  }[] {
    return this.#nodes.map(n => ({
      node: n.name,
      rowsIn: n.rowsIn,
      rowsOut: n.rowsOut,
      watermarkMs: n.watermark,
      report: n.operator.report?.() ?? {},
    }))
  }

  #highestFiniteWatermark(): number | undefined {
    const times = this.#nodes.map(n => n.watermark).filter(Number.isFinite)
    return times.length === 0 ? undefined : Math.max(...times)
  }

  // ── building ──────────────────────────────────────────────────────────────────────────────────────

  /** The graph node whose output is the plan node's output. */
  #build(plan: PhysicalPlan, built: Map<PhysicalPlan, GraphNode>): GraphNode {
    const known = built.get(plan)
    if (known !== undefined) return known
    const name = `${plan.kind}-${plan.id}`
    let last: GraphNode
    if (plan.kind === 'TableSourceScan' || plan.kind === 'Values') {
      last = this.#node(plan, name, passThrough, 1)
      const source = this.#parts.source(plan)
      this.#sources.push({ id: plan.id, node: last, source, reader: undefined, ...FRESH_SOURCE })
    } else {
      const inputs = plan.inputs.map(child => this.#build(child, built))
      const operators = this.#parts.operators(plan)
      const gate = plan.kind === 'Sink' ? new SinkGate() : undefined
      const chain = gate === undefined ? operators : [...operators, gate]
      assert(chain.length > 0, `${plan.kind} has an operator`)
      const first = this.#node(plan, name, chain[0]!, inputs.length)
      inputs.forEach((child, i) => child.connect(first, i))
      last = first
      for (const [i, operator] of chain.slice(1).entries()) {
        const next = this.#node(plan, `${name}.${i + 1}`, operator, 1)
        last.connect(next, 0)
        last = next
      }
      if (gate !== undefined)
        this.#sinks.push({ id: plan.id, sink: this.#parts.sink(plan as PhysicalOf<'Sink'>), gate, writer: undefined })
    }
    built.set(plan, last)
    return last
  }

  #node(plan: PhysicalPlan, name: string, operator: Operator, inputs: number): GraphNode {
    const node = new GraphNode(plan.id, name, operator, inputs)
    this.#nodes.push(node)
    this.#signatures.set(node, signatureOf(plan))
    return node
  }

  // ── running ───────────────────────────────────────────────────────────────────────────────────────

  async #run(): Promise<JobStatus> {
    this.#startedMs = this.#parts.clock.elapsedMs()
    this.#status = 'running'
    try {
      await this.#open()
      await this.#loop()
      if (this.#request === 'cancel') this.#status = 'canceled'
      else {
        if (this.#request === undefined) this.#finishInputs()
        this.#status = this.#request === 'stop' ? 'running' : 'finishing'
        await this.#settleSinks()
        await this.#checkpoint()
        this.#status = this.#request === 'stop' ? 'stopped' : 'finished'
      }
    } catch (error) {
      this.#status = 'failed'
      throw error
    } finally {
      this.#endedMs = this.#parts.clock.elapsedMs()
      await this.#close()
    }
    return this.#status
  }

  async #open(): Promise<void> {
    const { restore, checkpoints } = this.spec
    if (restore !== undefined) this.#restoreOperators(restore)
    if (this.#store !== undefined) this.#nextCheckpoint = Math.max(restore?.id ?? 0, (await this.#store.newest()) ?? 0) + 1
    for (const sink of this.#sinks) {
      sink.writer = await sink.sink.open()
      sink.gate.writer = sink.writer
      const prepared = restore?.sinks[sink.id]
      if (prepared !== undefined) await sink.writer.commit(prepared)
    }
    for (const source of this.#sources) {
      const state = restore?.sources[source.id]
      source.ended = state?.ended ?? false
      source.position = state?.position ?? null
      if (source.ended) continue
      source.reader = await source.source.open(state?.position ?? undefined)
      // Where reading begins is a position, too: `latest` is not the same place after a restart.
      if (this.#store !== undefined) source.position = source.reader.position()
    }
    this.#watchSplits()
    this.#setBacklog(this.#hasBacklog())
    for (const source of this.#sources) if (source.ended) this.#endOf(source)
    if (checkpoints !== undefined) await this.#parts.disk.makeDirectory(checkpoints.directory)
  }

  async #loop(): Promise<void> {
    const { clock } = this.#parts
    const intervalMs = this.spec.checkpoints?.intervalMs ?? 0
    let yieldedMs = clock.elapsedMs()
    let barrierMs = clock.elapsedMs()
    let turn = 0
    while (this.#request === undefined && this.#sources.some(s => !s.ended)) {
      const source = this.#sources[turn % this.#sources.length]!
      turn += 1
      const answer = this.#poll(source)
      if (answer !== undefined) this.#take(source, answer)
      await this.#settleSinks()
      if (this.#backlog && !this.#hasBacklog()) this.#setBacklog(false)

      const nowMs = clock.elapsedMs()
      if (intervalMs > 0 && nowMs - barrierMs >= intervalMs) {
        await this.#checkpoint()
        barrierMs = clock.elapsedMs()
      }
      if (nowMs - yieldedMs >= YIELD_EVERY_MS) {
        await new Promise(resolve => setImmediate(resolve))
        yieldedMs = clock.elapsedMs()
        this.#passTime(nowMs)
      }
      if (answer === undefined && turn % this.#sources.length === 0 && this.#everyoneWaits()) {
        await this.#waitForAnswer(intervalMs === 0 ? undefined : Math.max(1, barrierMs + intervalMs - nowMs))
        yieldedMs = clock.elapsedMs()
        this.#passTime(yieldedMs)
      }
    }
  }

  /** The next answer of a source, if it is there by now. */
  #poll(source: RunningSource): Chunk | 'end' | 'idle' | undefined {
    if (source.failure !== undefined) throw source.failure
    if (source.answer !== undefined) {
      const { answer } = source
      source.answer = undefined
      source.position = source.answerPosition
      return answer
    }
    if (source.ended || source.pending !== undefined) return undefined
    if (source.notBeforeMs > 0 && this.#parts.clock.elapsedMs() < source.notBeforeMs) return undefined
    const next = source.reader!.next()
    if (!(next instanceof Promise)) {
      if (this.#store !== undefined) source.position = source.reader!.position()
      return next
    }
    source.pending = next.then(
      answer => {
        source.pending = undefined
        source.answer = answer
        // A reader that was closed while it waited has no place to tell.
        if (this.#store !== undefined && !this.#closed) source.answerPosition = source.reader!.position()
      },
      (error: unknown) => {
        source.failure = error ?? new Error('a source failed without saying why')
        source.pending = undefined
      },
    )
    return undefined
  }

  #take(source: RunningSource, answer: Chunk | 'end' | 'idle'): void {
    source.notBeforeMs = 0
    if (answer === 'end') this.#endOf(source)
    else if (answer === 'idle') source.notBeforeMs = this.#parts.clock.elapsedMs() + IDLE_POLL_MS
    else {
      const nowMs = this.#parts.clock.elapsedMs()
      const { split } = answer
      this.#lastChunkMs.set(source, nowMs)
      source.node.emit(answer)
      if (source.splits !== undefined) {
        if (split !== undefined) source.splits.gave(split, nowMs)
        source.splits.look(nowMs)
      }
      // A LIMIT that is full ends every source above it, also one that waits for rows.
      for (const other of this.#sources) if (!other.ended && other.node.done) this.#endOf(other)
    }
  }

  #endOf(source: RunningSource): void {
    source.ended = true
    if (source.reader !== undefined) source.last = source.reader.progress()
    if (this.#backlog && !this.#hasBacklog()) this.#setBacklog(false)
    // No row comes any more: for event time this is the end of time.
    source.node.advance(0, MAX_WATERMARK)
    source.node.end(0)
  }

  /** A job that was asked to end early ends its inputs, so that what is complete is told. */
  #finishInputs(): void {
    for (const source of this.#sources) if (!source.node.ended) this.#endOf(source)
  }

  readonly #lastChunkMs = new Map<RunningSource, number>()

  /** What the clock alone brings about; only where rows come live, since a bounded run must not depend on it. */
  #passTime(nowMs: number): void {
    this.#watchIdleness(nowMs)
    const live = this.spec.mode === 'streaming' && !this.#backlog && this.#sources.some(s => !s.source.bounded)
    if (!live || nowMs - this.#tickedMs < this.spec.watermarkIntervalMs) return
    this.#tickedMs = nowMs
    for (const node of this.#nodes) node.tick()
  }
  #tickedMs = 0

  /** Some operator makes event time on a stream that does not end. */
  get #ticks(): boolean {
    return this.#sources.some(s => !s.source.bounded) && this.#nodes.some(n => n.operator.currentWatermark !== undefined)
  }

  /** Where a source has parts with event time of their own, their coming and going is told. */
  #watchSplits(): void {
    const nowMs = this.#parts.clock.elapsedMs()
    for (const source of this.#sources) {
      if (source.reader?.splits === undefined) continue
      source.splits = new SplitWatch(source.reader, source.node, this.#idleTimeouts.get(source.node) ?? 0)
      source.splits.look(nowMs)
    }
  }

  /** Sources without a row for `idleTimeoutMs` stop holding back others. The assigner above the scan carries the timeout. */
  #watchIdleness(nowMs: number): void {
    for (const source of this.#sources) {
      if (!source.ended) source.splits?.look(nowMs)
      const timeoutMs = this.#idleTimeouts.get(source.node)
      if (timeoutMs === undefined || source.ended) continue
      const idle = nowMs - (this.#lastChunkMs.get(source) ?? this.#startedMs) >= timeoutMs
      for (const edge of source.node.edges) edge.to.setIdle(edge.input, idle)
    }
  }

  get #idleTimeouts(): ReadonlyMap<GraphNode, number> {
    return (this.#idle ??= idleTimeouts(this.spec.plan, this.#sources))
  }
  #idle: ReadonlyMap<GraphNode, number> | undefined

  #everyoneWaits(): boolean {
    const nowMs = this.#parts.clock.elapsedMs()
    return this.#sources.every(
      s => s.ended || (s.answer === undefined && s.failure === undefined && (s.pending !== undefined || nowMs < s.notBeforeMs)),
    )
  }

  async #waitForAnswer(atMostMs: number | undefined): Promise<void> {
    const waits = this.#sources.flatMap(s => (s.ended || s.pending === undefined ? [] : [s.pending]))
    const polls = this.#sources.some(s => !s.ended && s.pending === undefined)
    const limits = [
      polls ? IDLE_POLL_MS : undefined,
      atMostMs,
      this.#idleTimeouts.size > 0 || this.#ticks ? 100 : undefined,
    ].filter(ms => ms !== undefined)
    let timer: NodeJS.Timeout | undefined
    const wake = new Promise<void>(resolve => {
      this.#wake = resolve
      if (limits.length > 0) timer = setTimeout(resolve, Math.min(...limits))
    })
    await Promise.race([...waits, wake])
    clearTimeout(timer)
    this.#wake = undefined
  }

  // ── backlog ───────────────────────────────────────────────────────────────────────────────────────

  /** Only a growing source has a past and a present; a bounded one is told as it goes, or at its end in a batch. */
  #hasBacklog(): boolean {
    return this.spec.mode === 'streaming' && this.#sources.some(s => !s.ended && !s.source.bounded && s.reader?.backlog === true)
  }

  #setBacklog(backlog: boolean): void {
    if (backlog === this.#backlog) return
    this.#backlog = backlog
    // In the order of the plan, children first: what a node tells now reaches a parent that still holds back.
    for (const node of this.#nodes) node.operator.onBacklog?.(backlog, node)
  }

  // ── checkpoints ───────────────────────────────────────────────────────────────────────────────────

  async #settleSinks(): Promise<void> {
    for (const sink of this.#sinks) if (sink.gate.waiting !== undefined) await sink.gate.settle()
  }

  /** A barrier: nothing is on its way, so everything is cut at the same place. */
  async #checkpoint(): Promise<void> {
    for (const node of this.#nodes) node.operator.onFlush?.(node)
    await this.#settleSinks()
    const id = this.#nextCheckpoint++
    const prepared = new Map<RunningSink, Position>()
    for (const sink of this.#sinks) prepared.set(sink, await sink.writer!.prepare(id))
    if (this.#store !== undefined) {
      await this.#store.write({
        id,
        sources: Object.fromEntries(this.#sources.map(s => [s.id, { position: s.position, ended: s.ended }])),
        sinks: Object.fromEntries([...prepared].map(([sink, position]) => [sink.id, position])),
        operators: Object.fromEntries(this.#nodes.map(node => [node.name, this.#stateOf(node)])),
        job: {
          mode: this.spec.mode,
          nodes: Object.fromEntries(this.#nodes.map(n => [n.name, n.progress() as unknown as Position])),
        },
      })
      this.#lastCheckpoint = this.#store.pathOf(id)
      this.#checkpoints += 1
      for (const source of this.#sources) source.reader?.checkpointed?.(source.position)
    }
    for (const [sink, position] of prepared) await sink.writer!.commit(position)
  }

  #stateOf(node: GraphNode): OperatorState {
    const writer = new SectionWriter()
    node.operator.snapshot?.(writer)
    return { signature: this.#signatures.get(node)!, sections: writer.sections }
  }

  #restoreOperators(checkpoint: Checkpoint): void {
    const { nodes: progress, mode } = checkpoint.job as unknown as JobState
    if (mode !== this.spec.mode)
      throw mismatch(checkpoint, `it was taken in ${mode} mode, this job runs in ${this.spec.mode} mode`)
    const gone = Object.keys(checkpoint.operators).find(name => !this.#nodes.some(node => node.name === name))
    if (gone !== undefined) throw mismatch(checkpoint, `it holds ${gone}, which this query has not`)
    for (const node of this.#nodes) {
      const state = checkpoint.operators[node.name]
      const signature = this.#signatures.get(node)!
      if (state?.signature !== signature) {
        const held = state === undefined ? 'nothing of that name' : state.signature
        throw mismatch(checkpoint, `${node.name} is ${signature}, the checkpoint has ${held}`)
      }
      node.operator.restore?.(sectionReader(state))
      node.restoreProgress(progress[node.name]!)
    }
  }

  // ── ending ────────────────────────────────────────────────────────────────────────────────────────

  async #ask(request: 'cancel' | 'stop'): Promise<void> {
    this.#request ??= request
    this.#wake?.()
    await this.#done?.catch(() => undefined)
  }

  /** Closes everything, also after a failure. The first error of closing is told only if nothing else failed. */
  async #close(): Promise<void> {
    this.#closed = true
    const closing = [...this.#sources.map(s => s.reader?.close()), ...this.#sinks.map(s => s.writer?.close())]
    const results = await Promise.allSettled(closing)
    for (const source of this.#sources) if (typeof source.answer === 'object') source.answer.release()
    for (const node of this.#nodes) node.operator.close?.()
    if (this.#status === 'failed') return
    const failed = results.find(r => r.status === 'rejected')
    if (failed !== undefined) {
      this.#status = 'failed'
      throw failed.reason
    }
  }
}

/** What a checkpoint keeps of the job itself. */
interface JobState {
  readonly mode: JobSpec['mode']
  readonly nodes: Readonly<Record<string, NodeProgress>>
}

const mismatch = (checkpoint: Checkpoint, why: string): MillraceError =>
  new MillraceError('CHECKPOINT_MISMATCH', 'user', `checkpoint ${checkpoint.id} belongs to another query: ${why}`)

/** What of a node its state depends on: what it computes, of which types, and the tables it keeps. */
function signatureOf(plan: PhysicalPlan): string {
  const state = plan.state.map(s => ` ${s.name}[${typesOf(s.key)} → ${typesOf(s.value)}]`).join('')
  return `${summarize(plan)} (${typesOf(plan.schema)})${state}`
}

const typesOf = (schema: Schema): string => schema.map(f => `${f.name} ${printType(f.type)}`).join(', ')

/** Scans whose watermark assigner has an idle timeout. */
function idleTimeouts(plan: readonly PhysicalPlan[], sources: readonly RunningSource[]): ReadonlyMap<GraphNode, number> {
  const timeouts = new Map<GraphNode, number>()
  const visit = (node: PhysicalPlan, timeoutMs: number): void => {
    const here = node.kind === 'WatermarkAssigner' ? node.idleTimeoutMs : timeoutMs
    if (node.kind === 'TableSourceScan' && here > 0) {
      const source = sources.find(s => s.id === node.id)
      if (source !== undefined) timeouts.set(source.node, here)
    }
    for (const child of node.inputs) visit(child, here)
  }
  for (const root of plan) visit(root, 0)
  return timeouts
}
