/**
 * Turns expressions into JavaScript statements for one row. Statements go into blocks; what a block has computed is
 * known in the blocks inside it, so a common subexpression is computed once, and what a CASE branch computes stays there.
 *
 * V8 keeps 64-bit integers in registers as long as they are loaded from a BigInt64Array, go through `BigInt.asIntN(64, …)`
 * and end in such an array. Where control flow would merge two bigints they are boxed, on the heap, row by row. So a
 * 64-bit result of a branch goes through a slot: an array of one element.
 */
import { InvariantError } from '../../base/errors.ts'
import { type Js, Names, js, raw } from '../../codegen/js.ts'
import { ALL_VALID } from '../../data/chunk.ts'
import { storageOf } from '../../data/storage.ts'
import { readText } from '../../data/text.ts'
import { isText } from '../../data/type.ts'
import type { Schema } from '../../data/type.ts'
import { type Expr, type ExprOf, operands } from '../../expr/expr.ts'
import type { JsArg, SessionFacts } from '../../expr/function.ts'
import { emitCall } from './calls.ts'
import { emitCast } from './casts.ts'
import { emitCase, emitLogic } from './branches.ts'
import { literalOperand } from './literals.ts'
import { type Operand, bare, isAtomic, plain, resultName } from './operand.ts'
import { valueFromLanes, valueFromTs } from './values.ts'

/** Where rows come from: which arrays hold column `index`, and which row of them is meant. */
export interface RowSource {
  readonly schema: Schema
  /** The column objects in scope: `input`, `left`. */
  readonly columns: Js
  /** The row: `row`, `leftRow`. */
  readonly row: Js
  /** The first of its columns in the expressions' numbering. */
  readonly first: number
}

/** Statements, and what they have made known. */
interface Block {
  readonly lines: Js[]
  readonly known: Map<string, Operand>
}

export class Emitter {
  readonly session: SessionFacts
  /** Free variables of the code: helpers, constants. */
  readonly scope: Record<string, unknown> = {}
  readonly names: Names
  /** Once per call of the function, before the loop. */
  readonly prologue: Js[] = []
  readonly #sources: readonly RowSource[]
  readonly #blocks: Block[] = [{ lines: [], known: new Map() }]
  readonly #columns = new Map<number, Operand>()
  readonly #helpers = new Map<unknown, Js>()
  readonly #negatives = new Map<bigint, Js>()
  readonly #uses = new Map<string, number>()
  readonly #keys = new WeakMap<Expr, string>()
  #objects = 0

  constructor(session: SessionFacts, sources: readonly RowSource[], taken: readonly string[]) {
    this.session = session
    this.#sources = sources
    this.names = new Names(taken)
  }

  /** Tells what will be asked for, so that what is asked twice gets a name. */
  announce(exprs: readonly Expr[]): void {
    for (const expr of exprs) {
      const key = this.#keyOf(expr)
      const uses = this.#uses.get(key) ?? 0
      this.#uses.set(key, uses + 1)
      if (uses === 0) this.announce(operands(expr))
    }
  }

  // ── Statements ──────────────────────────────────────────────────────────────────────────────────────────

  line(code: Js): void {
    this.#blocks.at(-1)!.lines.push(code)
  }

  /** What `write` emits, as a block of its own: nothing it makes known is known outside. */
  inBlock(write: () => void): readonly Js[] {
    const block: Block = { lines: [], known: new Map() }
    this.#blocks.push(block)
    write()
    this.#blocks.pop()
    return block.lines
  }

  /** The statements so far at the outermost level. They are the caller's then. */
  takeLines(): readonly Js[] {
    return this.#blocks[0]!.lines.splice(0)
  }

  // ── Names ───────────────────────────────────────────────────────────────────────────────────────────────

  /** A name for this value: itself if it may be written twice as it stands, otherwise a new constant. */
  named(value: Js, wish: string): Js {
    if (isAtomic(value)) return value
    const name = this.names.fresh(wish)
    this.line(js`const ${name} = ${bare(value)}`)
    return name
  }

  /** Puts a value of ours in scope, once, and answers its identifier. */
  readonly helper = (wish: string, value: unknown): Js => {
    const known = this.#helpers.get(value)
    if (known !== undefined) return known
    const name = this.names.fresh(wish)
    this.scope[String(name)] = value
    this.#helpers.set(value, name)
    return name
  }

  /** A 64-bit constant. V8 folds `5n`, but computes `-5n` each time: that one is made before the loop. */
  long(value: bigint): Js {
    if (value >= 0n) return raw(`${value}n`)
    const known = this.#negatives.get(value)
    if (known !== undefined) return known
    const name = this.names.fresh(`minus_${-value}`)
    this.prologue.push(js`const ${name} = BigInt.asIntN(64, -${raw(`${-value}n`)})`)
    this.#negatives.set(value, name)
    return name
  }

  /** A variable for 64-bit values that branches write: an array of `length` longs. */
  slot(wish: string, length = 1): Js {
    return this.helper(wish, new BigInt64Array(length))
  }

  // ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────

  emit(expr: Expr): Operand {
    if (expr.kind === 'input') return this.column(expr.index)
    if (expr.kind === 'literal') return literalOperand(this, expr)
    const key = this.#keyOf(expr)
    for (const block of this.#blocks) {
      const known = block.known.get(key)
      if (known !== undefined) return known
    }
    const computed = this.#compute(expr)
    const operand = (this.#uses.get(key) ?? 0) > 1 ? this.#settled(computed, expr) : computed
    this.#blocks.at(-1)!.known.set(key, operand)
    return operand
  }

  #compute(expr: Exclude<Expr, { kind: 'input' | 'literal' }>): Operand {
    switch (expr.kind) {
      case 'call':
        return emitCall(this, expr)
      case 'cast':
        return emitCast(this, expr)
      case 'and':
      case 'or':
        return emitLogic(this, expr)
      case 'case':
        return emitCase(this, expr)
      case 'field':
        return this.#field(expr)
    }
  }

  #field(expr: ExprOf<'field'>): Operand {
    const row = this.emit(expr.input)
    const value = this.names.fresh(`field_${expr.index}`)
    const fields = this.value(row)
    this.line(
      row.valid === undefined
        ? js`const ${value} = ${fields}[${expr.index}]`
        : js`const ${value} = ${row.valid} === 1 ? ${fields}[${expr.index}] : null`,
    )
    return this.orNull(value, expr)
  }

  /** A JavaScript value that may be `null`, as an operand that is readable even then. */
  orNull(value: Js, expr: Pick<Expr, 'type'>): Operand {
    const valid = this.names.fresh(`${value}_valid`)
    const settled = this.names.fresh(`${value}_value`)
    this.line(js`const ${valid} = ${value} === null ? 0 : 1`)
    this.line(js`const ${settled} = ${value} ?? ${this.blank(expr.type)}`)
    return plain(expr.type, settled, valid)
  }

  /** What a NULL of this type holds underneath. */
  blank(type: Expr['type']): Js {
    switch (storageOf(type)) {
      case 'bool':
        return js`false`
      case 'i32':
      case 'f64':
        return js`0`
      case 'i64':
      case 'i128':
      case 'ts':
        return js`0n`
      case 'bytes':
        return isText(type) ? js`${''}` : this.helper('NO_BYTES', NO_BYTES)
      case 'object':
        return js`null`
    }
  }

  /** The operand with names in place of longer expressions. */
  #settled(operand: Operand, expr: Expr): Operand {
    const wish = expr.kind === 'call' ? resultName(expr.function.name) : expr.kind
    const valid = operand.valid && this.named(operand.valid, `${wish}_valid`)
    return operand.form === 'plain' ? { ...operand, value: this.named(operand.value, wish), valid } : { ...operand, valid }
  }

  /** The operand's value as `data/value.ts` has it; decoded here where it was not yet. */
  value(operand: Operand, otherwise = 'value'): Js {
    const wish = operand.wish ?? otherwise
    switch (operand.form) {
      case 'plain':
        return this.named(operand.value, wish)
      case 'lanes':
        return this.named(js`${this.helper('valueFromLanes', valueFromLanes)}(${operand.low}, ${operand.high})`, wish)
      case 'ts':
        return this.named(js`${this.helper('valueFromTs', valueFromTs)}(${operand.millis}, ${operand.nanos})`, wish)
      case 'view':
        return this.#decoded(operand, wish)
    }
  }

  /** Text becomes a string once per row at most, and only where somebody asks. */
  #decoded(operand: Operand & { form: 'view' }, wish: string): Js {
    if (operand.literal !== undefined && typeof operand.literal === 'string') return js`${operand.literal}`
    const key = `text:${operand.bytes}:${operand.start}:${operand.end}`
    for (const block of this.#blocks) {
      const known = block.known.get(key)
      if (known?.form === 'plain') return known.value
    }
    const { bytes, start, end } = operand
    const name = this.names.fresh(operand.column === undefined ? wish : `${bytes}`.replace(/_bytes$/, '_text'))
    this.line(
      isText(operand.type)
        ? js`const ${name} = ${this.helper('readText', readText)}(${bytes}, ${start}, ${end})`
        : js`const ${name} = ${bytes}.slice(${start}, ${end})`,
    )
    this.#blocks.at(-1)!.known.set(key, plain(operand.type, name, undefined))
    return name
  }

  /** An operand as `ScalarFunction.inline` sees it. */
  arg(operand: Operand, wish: string): JsArg {
    const value = () => this.value(operand, wish)
    const view = operand.form === 'view' ? { bytes: operand.bytes, start: operand.start, end: operand.end } : undefined
    return {
      type: operand.type,
      get value() {
        return value()
      },
      view,
      literal: operand.literal,
    }
  }

  // ── Columns ─────────────────────────────────────────────────────────────────────────────────────────────

  column(index: number): Operand {
    const known = this.#columns.get(index)
    if (known !== undefined) return known
    const operand = this.#load(index)
    this.#columns.set(index, operand)
    return operand
  }

  #load(index: number): Operand {
    const source = this.#sources.findLast(s => index >= s.first)
    const field = source?.schema[index - source.first]
    if (source === undefined || field === undefined)
      throw new InvariantError(`an expression reads column ${index}, which is not there`)
    const { type, name } = field
    const { row } = source
    const at = js`${source.columns}[${index - source.first}]`
    const local = (suffix: string, from: Js): Js => {
      const local = this.names.fresh(`${name}${suffix}`)
      this.prologue.push(js`const ${local} = ${from}`)
      return local
    }
    const valid = type.nullable
      ? js`${local('_valid', js`${at}.valid ?? ${this.helper('ALL_VALID', ALL_VALID)}`)}[${row}]`
      : undefined
    const base = { type, valid, column: index }
    switch (storageOf(type)) {
      case 'bool':
        return { ...base, form: 'plain', value: js`(${local('', js`${at}.values`)}[${row}] !== 0)` }
      case 'i32':
      case 'f64':
      case 'i64':
      case 'object':
        return { ...base, form: 'plain', value: js`${local('', js`${at}.values`)}[${row}]` }
      case 'i128':
        return {
          ...base,
          form: 'lanes',
          low: js`${local('_low', js`${at}.values`)}[${row}]`,
          high: js`${local('_high', js`${at}.high`)}[${row}]`,
        }
      case 'ts':
        return {
          ...base,
          form: 'ts',
          millis: js`${local('_millis', js`${at}.values`)}[${row}]`,
          nanos: js`${local('_nanos', js`${at}.nanos`)}[${row}]`,
        }
      case 'bytes': {
        const bytes = local('_bytes', js`${at}.bytes`)
        return {
          ...base,
          form: 'view',
          bytes,
          start: js`${local('_starts', js`${at}.starts`)}[${row}]`,
          end: js`${local('_ends', js`${at}.ends`)}[${row}]`,
        }
      }
    }
  }

  // ── Identity ────────────────────────────────────────────────────────────────────────────────────────────

  /** Equal for expressions that mean the same. A call that answers differently each time is only equal to itself. */
  #keyOf(expr: Expr): string {
    let key = this.#keys.get(expr)
    if (key === undefined) {
      key = this.#writeKey(expr)
      this.#keys.set(expr, key)
    }
    return key
  }

  #writeKey(expr: Expr): string {
    const inner = () =>
      operands(expr)
        .map(operand => this.#keyOf(operand))
        .join(',')
    switch (expr.kind) {
      case 'input':
        return `$${expr.index}`
      case 'literal':
        return `${typeKey(expr)}${literalKey(expr.value)}`
      case 'call':
        return expr.function.deterministic ? `${expr.function.name}${typeKey(expr)}(${inner()})` : `#${this.#objects++}`
      case 'cast':
        return `cast${expr.safe ? '?' : ''}${typeKey(expr)}(${inner()})`
      case 'field':
        return `field${expr.index}(${inner()})`
      case 'and':
      case 'or':
      case 'case':
        return `${expr.kind}${typeKey(expr)}(${inner()})`
    }
  }
}

const NO_BYTES = new Uint8Array(0)

const typeKey = (expr: Expr): string => JSON.stringify(expr.type)
const literalKey = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    typeof v === 'bigint' ? `${v}n` : v instanceof Map ? [...v] : Object.is(v, -0) ? '-0' : v,
  ) + (typeof value === 'number' && !Number.isFinite(value) ? String(value) : '')
