/**
 * Generated code that orders rows by ORDER BY's keys: stored ones among themselves, and rows of a chunk against stored ones.
 *
 * What it answers is bound to arrays: `bind` after the store may have grown, `bindRows` for each chunk; then as many calls
 * as one likes. NULLs as each key says, text by bytes, FLOAT and DOUBLE as Java compares them (NaN greatest).
 */
import { ALL_VALID } from '../../data/chunk.ts'
import type { Column } from '../../data/column.ts'
import { compareDoubles, compareValues } from '../../data/compare.ts'
import { type Storage, storageOf } from '../../data/storage.ts'
import { type DataType, type Schema, printType } from '../../data/type.ts'
import { compile } from '../../codegen/compile.ts'
import { type Js, comment, js, raw } from '../../codegen/js.ts'
import type { SortKey } from '../../planner/physical/plan.ts'
import { type StateColumn, wordsOf } from '../state/state-column.ts'
import type { OperatorContext } from './context.ts'

export interface RowOrder {
  /** The arrays of the store, as they are now. */
  bind(store: readonly StateColumn[]): void
  /** The arrays of a chunk. */
  bindRows(columns: readonly Column[]): void
  /** Of two stored rows: negative, zero or positive. */
  compare(a: number, b: number): number
  /** Of a row of the chunk and a stored one. */
  compareRow(row: number, slot: number): number
  /** Writes for each of the slots a number: where two differ, the row with the lower one comes first. Equal ones say nothing. */
  leading(slots: Int32Array, keys: Float64Array, count: number): void
}

export function generateRowOrder(schema: Schema, keys: readonly SortKey[], context: OperatorContext): RowOrder {
  const columns = used(
    schema,
    keys.map(key => key.column),
  )
  const order = (left: Side, right: Side) =>
    keys.map(key =>
      orderBy(
        columns.find(c => c.index === key.column)!,
        key,
        left,
        right,
      ),
    )
  const code = withArrays(
    columns,
    js`
    compare(a, b) {
      ${order(stored, stored)}
      return 0
    },
    leading(slots, keys, count) {
      ${leading(
        columns.find(c => c.index === keys[0]?.column),
        keys[0],
      )}
    },
    compareRow(a, b) {
      ${order(row, stored)}
      return 0
    },
  `,
  )
  const scope: Record<string, unknown> = { ALL_VALID, wordsOf, compareDoubles, compareViews, firstBytes }
  for (const { index, type, storage } of columns) if (storage === 'object') scope[`compareValue${index}`] = compareValues(type)
  const compiled = compile<RowOrder>(`${context.name}/order.js`, code, scope)
  context.onCompiled(compiled)
  return compiled.run
}

// ── arrays ────────────────────────────────────────────────────────────────────────────────────────────

interface UsedColumn {
  readonly index: number
  readonly name: string
  readonly type: DataType
  readonly storage: Storage
}

/** Where a row is: `s3_words` are the words of stored column 3, `r3_words` those of the chunk's. */
type Side = 's' | 'r'
const stored: Side = 's'
const row: Side = 'r'

const used = (schema: Schema, indexes: readonly number[]): UsedColumn[] =>
  [...new Set(indexes)].map(index => ({ index, ...schema[index]!, storage: storageOf(schema[index]!.type) }))

/** By storage: the arrays that are read, by the name they have in code, and where a chunk's column and a state column hold them. */
const arrays: Readonly<Record<Storage, readonly (readonly [name: string, inChunk: string, inState: string])[]>> = {
  bool: [['values', 'column.values', 'column.bools']],
  i32: [['values', 'column.values', 'column.ints']],
  i64: [['words', 'wordsOf(column.values)', 'column.words']],
  f64: [
    ['values', 'column.values', 'column.doubles'],
    ['words', 'wordsOf(column.values)', 'column.words'],
  ],
  ts: [
    ['words', 'wordsOf(column.values)', 'column.words'],
    ['nanos', 'column.nanos', 'column.ints'],
  ],
  i128: [
    ['words', 'wordsOf(column.values)', 'column.words'],
    ['high', 'wordsOf(column.high)', 'column.highWords'],
  ],
  bytes: [
    ['bytes', 'column.bytes', 'column.bytes'],
    ['starts', 'column.starts', 'column.starts'],
    ['ends', 'column.ends', 'column.ends'],
  ],
  object: [['values', 'column.values', 'column.objects']],
}

const at = (side: Side, column: UsedColumn, name: string): Js => raw(`${side}${column.index}_${name}`)

function withArrays(columns: readonly UsedColumn[], methods: Js): Js {
  const bindOne = (side: Side, column: UsedColumn): Js => {
    const sets = arrays[column.storage].map(
      ([name, inChunk, inState]) => js`${at(side, column, name)} = ${raw(side === 's' ? inState : inChunk)}`,
    )
    if (column.type.nullable)
      sets.push(js`${at(side, column, 'valid')} = ${raw(side === 's' ? 'column.valid' : 'column.valid ?? ALL_VALID')}`)
    return js`
      column = columns[${column.index}]
      ${sets}`
  }
  const names = columns.flatMap(c =>
    [...arrays[c.storage].map(([name]) => name), ...(c.type.nullable ? ['valid'] : [])].map(n => `${c.index}_${n}`),
  )
  const declared = names.length === 0 ? js`` : raw(`let ${names.flatMap(name => [`s${name}`, `r${name}`]).join(', ')}`)
  return js`
    (() => {
      ${declared}
      const order = {
        bind(columns) {
          let column
          ${columns.map(c => bindOne('s', c))}
        },
        bindRows(columns) {
          let column
          ${columns.map(c => bindOne('r', c))}
        },
        ${methods}
      }
      return order
    })()`
}

/** For each slot a number that its row's first key comes before or after by; equal numbers say nothing. */
function leading(column: UsedColumn | undefined, key: SortKey | undefined): Js {
  if (column === undefined || key === undefined) return js`keys.fill(0, 0, count)`
  const number = leadingNumber(column)
  const value = key.descending ? js`-${number}` : number
  const valid = js`${at('s', column, 'valid')}[slot]`
  const nulls = key.nullsFirst ? raw('-Infinity') : raw('Infinity')
  return js`
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      keys[i] = ${column.type.nullable ? js`${valid} === 0 ? ${nulls} : ${value}` : value}
    }`
}

/** Never greater for a lower value: integers beyond 53 bits are rounded once, of a text it is the first six bytes. */
function leadingNumber(column: UsedColumn): Js {
  const array = (name: string) => at('s', column, name)
  const long = (name: string) => js`(${array(name)}[2 * slot + 1] * 4294967296 + (${array(name)}[2 * slot] >>> 0))`
  switch (column.storage) {
    case 'bool':
    case 'i32':
      return js`${array('values')}[slot]`
    case 'i64':
    case 'ts':
      return long('words')
    case 'i128':
      return long('high')
    case 'f64':
      return js`(${array('values')}[slot] !== ${array('values')}[slot] ? Infinity : ${array('values')}[slot])`
    case 'bytes':
      return js`firstBytes(${view(column, 's', 'slot')})`
    case 'object':
      return js`0`
  }
}

export function firstBytes(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let i = 0; i < 6; i++) number = number * 256 + (start + i < end ? bytes[start + i]! : 0)
  return number
}

// ── order ─────────────────────────────────────────────────────────────────────────────────────────────

function orderBy(column: UsedColumn, key: SortKey, left: Side, right: Side): Js {
  const lower = key.descending ? 1 : -1
  const note = comment(
    `${column.name} ${printType(column.type)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`,
  )
  const values = orderValues(column, lower, left, right)
  if (!column.type.nullable) {
    return js`
      ${note}
      ${values}`
  }
  const a = js`${at(left, column, 'valid')}[a]`
  const b = js`${at(right, column, 'valid')}[b]`
  return js`
    ${note}
    if (${a} !== ${b}) return ${a} === 0 ? ${key.nullsFirst ? -1 : 1} : ${key.nullsFirst ? 1 : -1}
    if (${a} === 1) {
      ${values}
    }`
}

/** Returns from the function when the two differ. */
function orderValues(column: UsedColumn, lower: number, left: Side, right: Side): Js {
  const array = (name: string) => [at(left, column, name), at(right, column, name)] as const
  const plain = (name: string) => {
    const [l, r] = array(name)
    return js`if (${l}[a] !== ${r}[b]) return ${l}[a] < ${r}[b] ? ${lower} : ${-lower}`
  }
  const word = (name: string, which: 0 | 1, signed: boolean) => {
    const [l, r] = array(name)
    const shift = signed ? raw('') : raw(' >>> 0')
    return js`if (${l}[2 * a + ${which}] !== ${r}[2 * b + ${which}]) return (${l}[2 * a + ${which}]${shift}) < (${r}[2 * b + ${which}]${shift}) ? ${lower} : ${-lower}`
  }
  switch (column.storage) {
    case 'bool':
    case 'i32':
      return plain('values')
    case 'i64':
      return lines(word('words', 1, true), word('words', 0, false))
    case 'ts':
      return lines(word('words', 1, true), word('words', 0, false), plain('nanos'))
    case 'i128':
      return lines(word('high', 1, true), word('high', 0, false), word('words', 1, false), word('words', 0, false))
    case 'f64': {
      const [l, r] = array('values')
      return called(js`compareDoubles(${l}[a], ${r}[b])`, lower)
    }
    case 'bytes':
      return called(js`compareViews(${view(column, left, 'a')}, ${view(column, right, 'b')})`, lower)
    case 'object': {
      const [l, r] = array('values')
      return called(js`${raw(`compareValue${column.index}`)}(${l}[a], ${r}[b])`, lower)
    }
  }
}

const called = (call: Js, lower: number): Js => js`
  {
    const difference = ${call}
    if (difference !== 0) return ${lower < 0 ? raw('difference') : raw('-difference')}
  }`

const lines = (...parts: readonly Js[]): Js => js`${parts}`

const view = (column: UsedColumn, side: Side, index: string): Js =>
  raw(['bytes', 'starts', 'ends'].map(name => `${at(side, column, name)}${name === 'bytes' ? '' : `[${index}]`}`).join(', '))

/** Byte by byte, unsigned; a prefix is lower. Text so compares by code points. */
export function compareViews(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart)
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}
