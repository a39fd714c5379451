/**
 * Joins on equal keys and a further condition, over inputs whose rows may be taken away again. Both sides are kept, in
 * lists per key; each change of one side meets what the other holds: ΔL ⋈ R, then L ⋈ ΔR.
 *
 *     orders LEFT JOIN users ON orders.user = users.name
 *     left| +I 1 ann         +I 1 ann NULL NULL
 *     right| +I ann rome     -D 1 ann NULL NULL, +I 1 ann ann rome
 *     right| -D ann rome     -D 1 ann ann rome, +I 1 ann NULL NULL
 *     left| -D 1 ann         -D 1 ann NULL NULL
 *
 * Kinds are Flink's (StreamingJoinOperator, StreamingSemiAntiJoinOperator). Where no side is outer, a pair has the kind of
 * the change that made or ended it; where its own side is outer, a change tells +I and -D only; rows with NULLs for the
 * other side are always +I and -D. A semi join tells a left row with its first match and takes it back with its last, an
 * anti join the other way round.
 *
 * A side that comes as upserts (+U without -U) is made a changelog first; where everybody downstream replaces by key, too,
 * what goes is not told when its successor surely comes, and told as -D otherwise.
 *
 * With a TTL, a row that was not written for so long counts as gone, without a word; a change of its matches is a write.
 *
 * At the end of bounded inputs (`at-end`) matches are told as they are found; a row without any is told once the other
 * side has ended, when it is certain. From then on its own side needs no keeping: rows only look up.
 */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { RowKind, retracts } from '../../data/row-kind.ts'
import { storageOf } from '../../data/storage.ts'
import { type Field, types, withNullable } from '../../data/type.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { StateTable } from '../state/state-table.ts'
import { ChangelogNormalize } from './changelog-normalize.ts'
import type { OperatorContext } from './context.ts'
import { PairCondition } from './join-condition.ts'
import { JoinOutput } from './join-output.ts'
import { JoinSide } from './join-side.ts'
import { readNumbers, writeNumbers } from './numbers.ts'

const LEFT = 0
const RIGHT = 1

export class Join implements Operator {
  readonly #node: PhysicalOf<'Join'>
  /** By side: do its rows come out without a match, padded with NULLs? */
  readonly #outer: readonly [boolean, boolean]
  /** Semi and anti joins: only left rows come out. */
  readonly #anti: boolean
  readonly #leftOnly: boolean
  readonly #streaming: boolean
  readonly #keys: StateTable
  readonly #sides: readonly [JoinSide, JoinSide]
  readonly #condition: PairCondition | undefined
  readonly #out: JoinOutput
  readonly #ended = [false, false]
  readonly #clock: Clock
  /** With a TTL: when the chunk at hand came, in epoch ms. */
  #nowMs = 0
  /** By side: what makes a changelog of upserts. */
  readonly #normalized: readonly [ChangelogNormalize | undefined, ChangelogNormalize | undefined]
  /** How a -U is told; undefined for not at all. */
  readonly #before: RowKind | undefined

  // By row of the chunk at hand: its key's slot, and whether a key that is NULL keeps it from matching.
  readonly #slots = new Int32Array(CHUNK_ROWS)
  readonly #keyless = new Uint8Array(CHUNK_ROWS)
  /** The rows of the other side that the row at hand matches. */
  #matched = new Int32Array(64)
  #matchedCount = 0

  constructor(node: PhysicalOf<'Join'>, context: OperatorContext) {
    const [left, right] = node.inputs.map(input => input.schema) as [Field[], Field[]]
    this.#node = node
    this.#clock = context.clock
    this.#outer = [node.joinType === 'left' || node.joinType === 'full', node.joinType === 'right' || node.joinType === 'full']
    this.#anti = node.joinType === 'anti'
    this.#leftOnly = this.#anti || node.joinType === 'semi'
    this.#streaming = node.emit !== 'at-end'
    this.#keys = keyTable(node, context)
    this.#sides = [
      new JoinSide('left', left, this.#keys, 0, node.ttlMs, context),
      new JoinSide('right', right, this.#keys, 2, node.ttlMs, context),
    ]
    this.#condition = node.condition === undefined ? undefined : new PairCondition(node.condition, left, right, context)
    this.#normalized = [upserts(node, LEFT, context), upserts(node, RIGHT, context)]
    this.#before = beforeKind(node)
    const places = this.#leftOnly ? ([0, undefined] as const) : ([0, left.length] as const)
    this.#out = new JoinOutput(node.schema, places, [left.length, right.length], context)
  }

  onChunk(chunk: Chunk, input: number, output: Output): void {
    const normalized = this.#normalized[input]
    if (normalized === undefined) this.#onChanges(chunk, input, output)
    else normalized.onChunk(chunk, input, { emit: changes => this.#onChanges(changes, input, output) })
  }

  #onChanges(chunk: Chunk, input: number, output: Output): void {
    const other = 1 - input
    const [own, opposite] = [this.#sides[input]!, this.#sides[other]!]
    const keeps = this.#streaming || !this.#ended[other]
    this.#nowMs = this.#node.ttlMs > 0 ? this.#clock.nowMs() : 0
    const hashes = this.#locate(chunk, input, keeps)
    this.#out.begin(chunk, input, opposite.store, output)
    this.#condition?.bind(chunk.columns, opposite.store.columns, input === LEFT)
    const { kinds, length } = chunk
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row]!
      const kind = kinds === undefined ? RowKind.Insert : (kinds[row] as RowKind)
      this.#match(row, slot, opposite)
      if (this.#leftOnly) {
        if (input === LEFT) this.#leftOfSemi(kind, row)
        else this.#rightOfSemi(kind, opposite)
      } else if (retracts(kind)) this.#retract(kind, row, input, opposite)
      else this.#accumulate(kind, row, input, opposite)
      if (slot < 0) continue
      if (retracts(kind)) this.#forget(chunk, row, slot, hashes![row]!, own)
      else if (keeps) own.append(slot, own.ids[row]!, this.#matchedCount, this.#nowMs)
    }
    this.#out.end()
    chunk.release()
    if (kinds !== undefined) for (let row = 0; row < length; row++) this.#endKey(this.#slots[row]!)
    // Twice as many as came in, so that what has expired is gone before as much again is there.
    for (const side of this.#sides) side.expire(2 * length, this.#nowMs, slot => this.#endKey(slot))
    this.#settle()
  }

  /** In a stream nothing is certain before both ends, and then everything was told. */
  onEnd(input: number, output: Output): void {
    this.#ended[input] = true
    if (this.#streaming) return
    const waiting = 1 - input
    const { store, matches } = this.#sides[waiting]!
    if (this.#outer[waiting] || (this.#anti && waiting === LEFT)) {
      this.#out.begin(undefined, input, store, output)
      for (let id = store.after(0); id >= 0; id = store.after(id + 1))
        if (matches[id] === 0) this.#out.tell(RowKind.Insert, -1, id)
      this.#out.end()
    }
    // Whoever would have looked here has ended.
    this.#sides[waiting]!.clear()
  }

  snapshot(writer: StateWriter): void {
    this.#keys.snapshot(writer)
    for (const side of this.#sides) side.snapshot(writer)
    this.#normalized.forEach((side, i) => side?.snapshot(prefixed(writer, i)))
    writeNumbers(writer, 'ended', this.#ended.map(Number))
  }

  restore(reader: StateReader): void {
    this.#keys.restore(reader)
    for (const side of this.#sides) side.restore(reader)
    this.#normalized.forEach((side, i) => side?.restore({ section: name => reader.section(`upserts-${i}/${name}`) }))
    readNumbers(reader, 'ended')?.forEach((ended, input) => (this.#ended[input] = ended === 1))
  }

  close(): void {
    this.#keys.close()
    for (const side of this.#sides) side.store.close()
    for (const side of this.#normalized) side?.close()
  }

  report(): OperatorReport {
    const [left, right] = this.#sides.map(side => side.store) as [JoinSide['store'], JoinSide['store']]
    return { stateRows: left.rows + right.rows, stateBytes: left.byteSize + right.byteSize + this.#keys.byteSize }
  }

  // ── what a change meets ─────────────────────────────────────────────────────────────────────────────

  /** Finds the keys' slots, copies in the rows that will be kept, and answers the rows' hashes where some are taken away. */
  #locate(chunk: Chunk, input: number, keeps: boolean): Int32Array | undefined {
    const { columns, kinds, length } = chunk
    const keys = (input === LEFT ? this.#node.leftKeys : this.#node.rightKeys).map(column => columns[column]!)
    const keyless = this.#keyless
    keyless.fill(0, 0, length)
    keys.forEach(({ valid }, i) => {
      if (valid === undefined || this.#node.nullSafe[i]) return
      for (let row = 0; row < length; row++) if (valid[row] === 0) keyless[row] = 1
    })
    if (keeps) this.#keys.locate(keys, length, this.#slots, keyless)
    else this.#keys.find(keys, length, this.#slots, keyless)
    for (const side of this.#sides) side.bind()
    const own = this.#sides[input]!
    if (keeps) own.copyIn(chunk, this.#slots)
    return kinds === undefined ? undefined : own.store.hashRows(columns, length)
  }

  #match(row: number, slot: number, opposite: JoinSide): void {
    this.#matchedCount = 0
    if (slot < 0) return
    const { next } = opposite.store
    for (let id = opposite.heads[slot]! - 1; id >= 0; id = next[id]! - 1) {
      if (opposite.isExpired(id, this.#nowMs)) continue
      if (this.#condition !== undefined && !this.#condition.holds(row, id)) continue
      if (this.#matchedCount === this.#matched.length) this.#growMatched()
      this.#matched[this.#matchedCount++] = id
    }
  }

  #growMatched(): void {
    const matched = new Int32Array(this.#matched.length * 2)
    matched.set(this.#matched)
    this.#matched = matched
  }

  // ── what comes out ──────────────────────────────────────────────────────────────────────────────────

  #accumulate(kind: RowKind, row: number, input: number, opposite: JoinSide): void {
    const other = 1 - input
    const count = this.#matchedCount
    if (count === 0) {
      if (this.#outer[input] && this.#isCertain(row, other)) this.#out.tell(RowKind.Insert, row, -1)
      return
    }
    if (this.#outer[other]) this.#matchOthers(opposite)
    const told = this.#outer[input] || this.#outer[other] ? RowKind.Insert : kind
    for (let i = 0; i < count; i++) this.#out.tell(told, row, this.#matched[i]!)
  }

  #retract(kind: RowKind, row: number, input: number, opposite: JoinSide): void {
    const count = this.#matchedCount
    if (count === 0) {
      if (this.#outer[input]) this.#out.tell(RowKind.Delete, row, -1)
      return
    }
    const told = this.#outer[input] ? RowKind.Delete : this.#toldAs(kind)
    if (told !== undefined) for (let i = 0; i < count; i++) this.#out.tell(told, row, this.#matched[i]!)
    if (this.#outer[1 - input]) this.#unmatchOthers(opposite)
  }

  /** The rows of an outer other side have one match more: those that had none were told with NULLs. */
  #matchOthers(opposite: JoinSide): void {
    const { matches } = opposite
    for (let i = 0; i < this.#matchedCount; i++) {
      const id = this.#matched[i]!
      if (this.#streaming && matches[id] === 0) this.#out.tell(RowKind.Delete, -1, id)
      matches[id]! += 1
      opposite.touch(id, this.#nowMs)
    }
  }

  #unmatchOthers(opposite: JoinSide): void {
    const { matches } = opposite
    for (let i = 0; i < this.#matchedCount; i++) {
      const id = this.#matched[i]!
      if (matches[id] === 1) this.#out.tell(RowKind.Insert, -1, id)
      matches[id]! -= 1
      opposite.touch(id, this.#nowMs)
    }
  }

  #leftOfSemi(kind: RowKind, row: number): void {
    const matches = this.#matchedCount > 0
    if (matches === this.#anti) return
    const told = this.#toldAs(kind)
    if (told !== undefined && (matches || this.#isCertain(row, RIGHT))) this.#out.tell(told, row, -1)
  }

  #rightOfSemi(kind: RowKind, opposite: JoinSide): void {
    const { matches } = opposite
    const retraction = retracts(kind)
    for (let i = 0; i < this.#matchedCount; i++) {
      const id = this.#matched[i]!
      if (matches[id] === (retraction ? 1 : 0)) this.#tellTurned(kind, retraction, id)
      matches[id]! += retraction ? -1 : 1
      opposite.touch(id, this.#nowMs)
    }
  }

  /** The left row `id` got its first match, or lost its last. */
  #tellTurned(kind: RowKind, retraction: boolean, id: number): void {
    if (!this.#anti) this.#out.tell(this.#toldAs(kind) ?? RowKind.Delete, -1, id)
    else if (this.#streaming) this.#out.tell(retraction ? RowKind.Insert : RowKind.Delete, -1, id)
  }

  #toldAs(kind: RowKind): RowKind | undefined {
    return kind === RowKind.UpdateBefore ? this.#before : kind
  }

  /** May a row without a match be told? In a stream it is taken back later; at the end, when no match can come any more. */
  #isCertain(row: number, other: number): boolean {
    return this.#streaming || this.#ended[other]! || this.#keyless[row] === 1
  }

  // ── what is kept ────────────────────────────────────────────────────────────────────────────────────

  #forget(chunk: Chunk, row: number, slot: number, hash: number, own: JoinSide): void {
    if (own.isEmpty(slot)) return
    const id = own.store.find(chunk.columns, row, hash, own.heads[slot]! - 1)
    if (id >= 0) own.delete(slot, id)
  }

  /** Ends a key that has no row left; not before the chunk is through, since a later row of it may have wanted the slot. */
  #endKey(slot: number): void {
    const [left, right] = this.#sides
    if (slot >= 0 && this.#keys.live[slot] === 1 && left.isEmpty(slot) && right.isEmpty(slot)) this.#keys.delete(slot)
  }

  #settle(): void {
    this.#keys.settle()
    for (const side of this.#sides) side.store.settle()
  }
}

/** A side with +U and no -U comes as upserts; without a key that identifies its rows, its updates are +I and -D. */
function upserts(node: PhysicalOf<'Join'>, side: number, context: OperatorContext): ChangelogNormalize | undefined {
  const { schema, traits, id } = node.inputs[side]!
  const key = side === LEFT ? node.leftUnique : node.rightUnique
  if (key === undefined || traits.changes.updateBefore || !traits.changes.updateAfter) return undefined
  const changes = { updateBefore: true, updateAfter: true, delete: true }
  const own = { kind: 'ChangelogNormalize', id, inputs: [], schema, traits: { ...traits, changes }, state: [], key } as const
  return new ChangelogNormalize(own, { ...context, name: `${context.name}/upserts-${side}` })
}

/**
 * With -U in the plan it is told as it is. Without, it is left out if the row that replaces it meets the same rows: no
 * condition, no padding, and join keys that are part of what identifies the row. Otherwise it is a -D.
 */
function beforeKind(node: PhysicalOf<'Join'>): RowKind | undefined {
  if (node.traits.changes.updateBefore) return RowKind.UpdateBefore
  const stays = (side: number): boolean => {
    const unique = side === LEFT ? node.leftUnique : node.rightUnique
    const keys = side === LEFT ? node.leftKeys : node.rightKeys
    return !node.inputs[side]!.traits.changes.updateAfter || keys.every(key => unique?.includes(key))
  }
  const surely = node.condition === undefined && node.joinType === 'inner' && stays(LEFT) && stays(RIGHT)
  return surely ? undefined : RowKind.Delete
}

const prefixed = (writer: StateWriter, side: number): StateWriter => ({
  section: (name, bytes) => writer.section(`upserts-${side}/${name}`, bytes),
})

/** The keys of both sides, with the ends of each side's list of rows. */
function keyTable(node: PhysicalOf<'Join'>, context: OperatorContext): StateTable {
  const [left, right] = node.inputs as [PhysicalOf<'Join'>, PhysicalOf<'Join'>]
  const key = node.leftKeys.map((column, i) => {
    const [a, b] = [left.schema[column]!, right.schema[node.rightKeys[i]!]!]
    assert(storageOf(a.type) === storageOf(b.type), 'the planner casts join keys to a common type')
    return { name: a.name, type: withNullable(a.type, node.nullSafe[i]! && (a.type.nullable || b.type.nullable)) }
  })
  const value = ['left_head', 'left_tail', 'right_head', 'right_tail'].map(name => ({ name, type: types.int(false) }))
  const { memory, name: owner, onCompiled } = context
  return new StateTable(
    { name: 'keys', key, value, bound: 'one row per key' },
    { memory, owner, onCompiled: compiled => onCompiled(compiled) },
  )
}
