/**
 * Stands before a sink when `table.exec.sink.type-length-enforcer` or `table.exec.sink.nested-constraint-enforcer` ask
 * that values are held to the sink's types. With VARCHAR(3), and CHAR(2) inside of a row:
 *
 *     in               TRIM_PAD         ERROR
 *     +I anna (a)      +I ann (a )      Column 'name' is VARCHAR(3), however, a string of length 4 is being written into it.
 *     +I bob (ab)      +I bob (ab)      +I bob (ab)
 *
 * Lengths are counted in code points of texts and in bytes of binary values. ROWS looks into rows, ROWS_AND_COLLECTIONS
 * into arrays, maps and multisets as well, there without trimming. NULLs of whole columns are NotNullEnforcer's.
 */
import { EvaluationError } from '../../base/errors.ts'
import { type Chunk, ChunkBuilder, kindAt, rowAt } from '../../data/chunk.ts'
import { type Column, valueAt } from '../../data/column.ts'
import { type DataType, MAX_LENGTH, type TypeOf, isBinary, isText, printType, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'
import { nullViolation } from './not-null-enforcer.ts'
import { RowFilter } from './row-filter.ts'

/** The row is left out. */
const DROP = Symbol('drop')
/** The value as the sink gets it: the same one where nothing is wrong with it. */
type Check = (value: Value, path: string) => Value | typeof DROP

interface CheckedColumn {
  readonly index: number
  readonly name: string
  readonly type: DataType
  readonly check: Check
}

export class ConstraintEnforcer implements Operator {
  readonly #columns: readonly CheckedColumn[]
  readonly #context: OperatorContext
  readonly #filter: RowFilter

  constructor(node: PhysicalOf<'Sink'>, context: OperatorContext) {
    const checks = new Checks(node)
    this.#columns = node.schema.flatMap(({ name, type }, index) => {
      const check = checks.of(withNullable(type, true))
      return check === undefined ? [] : [{ index, name, type, check }]
    })
    this.#context = context
    this.#filter = new RowFilter(context.pool)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { rows } = this.#filter
    const changed = new Map<number, Value[]>()
    let count = 0
    for (let row = 0; row < chunk.length; row++) {
      if (!this.#passes(chunk, row, changed)) continue
      rows[count] = row
      count += 1
    }
    if (changed.size === 0) return this.#filter.emit(chunk, count, output)
    const builder = new ChunkBuilder(chunk.schema, this.#context.pool, { kinds: true })
    for (let i = 0; i < count; i++) builder.append(kindAt(chunk, rows[i]!), changed.get(rows[i]!) ?? rowAt(chunk, rows[i]!))
    chunk.release()
    output.emit(builder.finish())
    builder.discard()
  }

  #passes(chunk: Chunk, row: number, changed: Map<number, Value[]>): boolean {
    for (const { index, name, type, check } of this.#columns) {
      const column = chunk.columns[index]!
      if (isSurelyShort(column, row, type)) continue
      const value = valueAt(column, row)
      const result = check(value, name)
      if (result === DROP) return false
      if (result === value) continue
      const values = changed.get(row) ?? rowAt(chunk, row)
      values[index] = result
      changed.set(row, values)
    }
    return true
  }
}

/** A text has no more code points than bytes. */
const isSurelyShort = (column: Column, row: number, type: DataType): boolean =>
  column.storage === 'bytes' &&
  (type.kind === 'VARCHAR' || type.kind === 'VARBINARY') &&
  column.ends[row]! - column.starts[row]! <= type.length

class Checks {
  readonly #length: 'ignore' | 'trim-pad' | 'error'
  readonly #nested: 'ignore' | 'rows' | 'rows-and-collections'
  readonly #drops: boolean

  constructor({ constraints, notNullEnforcer }: PhysicalOf<'Sink'>) {
    this.#length = constraints?.length ?? 'ignore'
    this.#nested = constraints?.nested ?? 'ignore'
    this.#drops = notNullEnforcer === 'drop'
  }

  /** What a value of `type` must be held to, or undefined for nothing. */
  of(type: DataType): Check | undefined {
    const inside = this.#inside(type)
    if (type.nullable) return inside && ((value, path) => (value === null ? null : inside(value, path)))
    return (value, path) => {
      if (value !== null) return inside === undefined ? value : inside(value, path)
      if (this.#drops) return DROP
      throw nullViolation(path)
    }
  }

  #inside(type: DataType): Check | undefined {
    if (isText(type) || isBinary(type)) {
      if (this.#length === 'ignore' || type.length === MAX_LENGTH) return undefined
      return this.#length === 'error' ? lengthError(type) : isText(type) ? fitText(type) : fitBinary(type)
    }
    if (this.#nested === 'ignore') return undefined
    if (type.kind === 'ROW') return this.#row(type)
    if (this.#nested === 'rows') return undefined
    switch (type.kind) {
      case 'ARRAY':
        return eachElement(this.of(type.element))
      case 'MULTISET':
        return eachEntry(this.of(type.element), undefined)
      case 'MAP':
        return eachEntry(this.of(type.key), this.of(type.value))
      default:
        return undefined
    }
  }

  #row({ fields }: TypeOf<'ROW'>): Check | undefined {
    const checks = fields.map(field => this.of(field.type))
    if (checks.every(check => check === undefined)) return undefined
    return (value, path) => {
      const given = value as readonly Value[]
      let result: Value[] | undefined
      for (const [i, check] of checks.entries()) {
        const field = check === undefined ? given[i]! : check(given[i]!, `${path}.${fields[i]!.name}`)
        if (field === DROP) return DROP
        if (field !== given[i]) (result ??= [...given])[i] = field
      }
      return result ?? value
    }
  }
}

function eachElement(check: Check | undefined): Check | undefined {
  if (check === undefined) return undefined
  return (value, path) =>
    (value as readonly Value[]).some((element, i) => check(element, `${path}[${i}]`) === DROP) ? DROP : value
}

function eachEntry(key: Check | undefined, value: Check | undefined): Check | undefined {
  if (key === undefined && value === undefined) return undefined
  return (entries, path) => {
    const drops = (entries as readonly (readonly [Value, Value])[]).some(
      ([k, v]) => key?.(k, `${path}.key`) === DROP || value?.(v, `${path}.value`) === DROP,
    )
    return drops ? DROP : entries
  }
}

type Bounded = TypeOf<'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'>

function lengthError(type: Bounded): Check {
  const isFixed = type.kind === 'CHAR' || type.kind === 'BINARY'
  return (value, path) => {
    const length = typeof value === 'string' ? codePoints(value) : (value as Uint8Array).length
    if (isFixed ? length === type.length : length < type.length + 1) return value
    throw new EvaluationError(
      'LENGTH_VIOLATION',
      `Column '${path}' is ${printType(withNullable(type, true))}, however, a string of length ${length} is being written into it.`,
      { hint: "SET 'table.exec.sink.type-length-enforcer' to IGNORE or TRIM_PAD lets such rows pass" },
    )
  }
}

function fitText(type: TypeOf<'CHAR' | 'VARCHAR'>): Check {
  return value => {
    const text = value as string
    const length = codePoints(text)
    if (length > type.length) return Array.from(text).slice(0, type.length).join('')
    return type.kind === 'CHAR' && length < type.length ? text + ' '.repeat(type.length - length) : text
  }
}

function fitBinary(type: TypeOf<'BINARY' | 'VARBINARY'>): Check {
  return value => {
    const bytes = value as Uint8Array
    if (bytes.length > type.length) return bytes.slice(0, type.length)
    if (type.kind === 'VARBINARY' || bytes.length === type.length) return bytes
    const padded = new Uint8Array(type.length)
    padded.set(bytes)
    return padded
  }
}

function codePoints(text: string): number {
  let count = text.length
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800
    count -= isPair ? 1 : 0
  }
  return count
}
