/**
 * The JavaScript of single values by storage: copying, comparing, ordering. A cell is a base name, under which `declare`
 * has put a column's arrays in scope, and an index expression:
 *
 *     declare('total', …)            const total = table.values[2].words
 *     copy(total[slot] to out[n])    out[2 * n] = total[2 * slot]
 *                                    out[2 * n + 1] = total[2 * slot + 1]
 *
 * Columns of chunks and of state have their arrays under different names; afterwards there is no difference.
 */
import { type Js, js, raw } from '../../codegen/js.ts'
import { ALL_VALID } from '../../data/chunk.ts'
import { type Storage, storageOf } from '../../data/storage.ts'
import type { DataType } from '../../data/type.ts'
import { compareViews, less128, wordsOf } from './aggregate-helpers.ts'

export interface Cells {
  readonly type: DataType
  readonly storage: Storage
  readonly name: Js
}
/** One value: a column's cells and an index, an identifier or `2 * n`-able expression. */
export interface Cell {
  readonly cells: Cells
  readonly at: Js
}

export const cellsOf = (type: DataType, name: Js): Cells => ({ type, storage: storageOf(type), name })
export const cell = (cells: Cells, at: Js): Cell => ({ cells, at })

/** What the code of cells refers to. */
export const cellScope = { ALL_VALID, compareViews, less128, wordsOf }

const part = (cells: Cells, suffix: string): Js => raw(`${String(cells.name)}${suffix}`)
export const validOf = (cells: Cells): Js => part(cells, '_valid')
/** The column itself, where text or objects need it. */
export const columnOf = (cells: Cells): Js => part(cells, '_column')

/** Equality of objects; whoever compares them puts it in scope. */
export const sameOf = (cells: Cells): Js => part(cells, '_same')

/** `const` lines for a column of a chunk, read or written: `expr` is the column. */
export function declareColumn(cells: Cells, expr: Js): Js {
  const { name, storage } = cells
  const valid = cells.type.nullable ? js`, ${validOf(cells)} = ${expr}.valid ?? ALL_VALID` : js``
  switch (storage) {
    case 'bool':
    case 'i32':
    case 'f64':
      return js`const ${name} = ${expr}.values${valid}`
    case 'i64':
      return js`const ${name} = wordsOf(${expr}.values)${valid}`
    case 'ts':
      return js`const ${name} = wordsOf(${expr}.values), ${part(cells, '_nanos')} = ${expr}.nanos${valid}`
    case 'i128':
      return js`const ${name} = wordsOf(${expr}.values), ${part(cells, '_high')} = wordsOf(${expr}.high)${valid}`
    case 'bytes':
      return js`const ${name} = ${expr}${valid}`
    case 'object':
      return js`const ${name} = ${expr}.values${valid}`
  }
}

/** The same for a column of state. */
export function declareState(cells: Cells, expr: Js): Js {
  const { name, storage } = cells
  const valid = cells.type.nullable ? js`, ${validOf(cells)} = ${expr}.valid` : js``
  switch (storage) {
    case 'bool':
      return js`const ${name} = ${expr}.bools${valid}`
    case 'i32':
      return js`const ${name} = ${expr}.ints${valid}`
    case 'f64':
      return js`const ${name} = ${expr}.doubles${valid}`
    case 'i64':
      return js`const ${name} = ${expr}.words${valid}`
    case 'ts':
      return js`const ${name} = ${expr}.words, ${part(cells, '_nanos')} = ${expr}.ints${valid}`
    case 'i128':
      return js`const ${name} = ${expr}.words, ${part(cells, '_high')} = ${expr}.highWords${valid}`
    case 'bytes':
      return js`const ${name} = ${expr}${valid}`
    case 'object':
      return js`const ${name} = ${expr}.objects${valid}`
  }
}

/** Copies a value that is not NULL. */
export function copyBare(to: Cell, from: Cell): readonly Js[] {
  const long = (suffix = '') => {
    const [a, b] = [part(to.cells, suffix), part(from.cells, suffix)]
    return [js`${a}[2 * ${to.at}] = ${b}[2 * ${from.at}]`, js`${a}[2 * ${to.at} + 1] = ${b}[2 * ${from.at} + 1]`]
  }
  const [a, b] = [to.cells.name, from.cells.name]
  switch (to.cells.storage) {
    case 'bool':
    case 'i32':
    case 'f64':
    case 'object':
      return [js`${a}[${to.at}] = ${b}[${from.at}]`]
    case 'i64':
      return long()
    case 'ts':
      return [...long(), js`${part(to.cells, '_nanos')}[${to.at}] = ${part(from.cells, '_nanos')}[${from.at}]`]
    case 'i128':
      return [...long(), ...long('_high')]
    case 'bytes':
      return [js`${a}.setBytes(${to.at}, ${b}.bytes, ${b}.starts[${from.at}], ${b}.ends[${from.at}])`]
  }
}

/** Copies a value, NULL included where both can be. */
export function copyCell(to: Cell, from: Cell): readonly Js[] {
  if (!to.cells.type.nullable) return copyBare(to, from)
  const valid = js`${validOf(to.cells)}[${to.at}]`
  if (!from.cells.type.nullable) return [js`${valid} = 1`, ...copyBare(to, from)]
  return [
    js`if ((${valid} = ${validOf(from.cells)}[${from.at}]) === 1) {
      ${copyBare(to, from)}
    }${blankElse(to)}`,
  ]
}

/** Makes a value NULL. What lies underneath stays readable. */
export function setNull(to: Cell): readonly Js[] {
  return [js`${validOf(to.cells)}[${to.at}] = 0`, ...blankUnder(to)]
}

function blankUnder(to: Cell): readonly Js[] {
  const { name, storage } = to.cells
  if (storage === 'bytes') return [js`${name}.starts[${to.at}] = 0`, js`${name}.ends[${to.at}] = 0`]
  return storage === 'object' ? [js`${name}[${to.at}] = null`] : []
}

function blankElse(to: Cell): Js {
  const blank = blankUnder(to)
  return blank.length === 0
    ? js``
    : js` else {
    ${blank}
  }`
}

/** True when two cells of a type hold the same value; NULL is the same as NULL, NaN as NaN. */
export function sameCell(a: Cell, b: Cell): Js {
  const bare = sameBare(a, b)
  if (!a.cells.type.nullable) return bare
  const [x, y] = [js`${validOf(a.cells)}[${a.at}]`, js`${validOf(b.cells)}[${b.at}]`]
  return js`${x} === ${y} && (${x} === 0 || (${bare}))`
}

function sameBare(a: Cell, b: Cell): Js {
  const long = (suffix = '') => {
    const [x, y] = [part(a.cells, suffix), part(b.cells, suffix)]
    return js`${x}[2 * ${a.at}] === ${y}[2 * ${b.at}] && ${x}[2 * ${a.at} + 1] === ${y}[2 * ${b.at} + 1]`
  }
  const [x, y] = [a.cells.name, b.cells.name]
  switch (a.cells.storage) {
    case 'bool':
    case 'i32':
      return js`${x}[${a.at}] === ${y}[${b.at}]`
    case 'f64':
      return js`Object.is(${x}[${a.at}], ${y}[${b.at}])`
    case 'i64':
      return long()
    case 'ts':
      return js`${long()} && ${part(a.cells, '_nanos')}[${a.at}] === ${part(b.cells, '_nanos')}[${b.at}]`
    case 'i128':
      return js`${long()} && ${long('_high')}`
    case 'bytes':
      return js`compareViews(${x}.bytes, ${x}.starts[${a.at}], ${x}.ends[${a.at}], ${y}.bytes, ${y}.starts[${b.at}], ${y}.ends[${b.at}]) === 0`
    case 'object':
      return js`${sameOf(a.cells)}(${x}[${a.at}], ${y}[${b.at}])`
  }
}

/** True when `a` is less than `b`; neither is NULL. */
export function lessCell(a: Cell, b: Cell): Js {
  const [x, y] = [a.cells.name, b.cells.name]
  const long = js`(${x}[2 * ${a.at} + 1] < ${y}[2 * ${b.at} + 1] || (${x}[2 * ${a.at} + 1] === ${y}[2 * ${b.at} + 1] && ${x}[2 * ${a.at}] >>> 0 < ${y}[2 * ${b.at}] >>> 0))`
  switch (a.cells.storage) {
    case 'bool':
    case 'i32':
    case 'f64':
      return js`${x}[${a.at}] < ${y}[${b.at}]`
    case 'i64':
      return long
    case 'ts': {
      const nanos = (c: Cell) => js`${part(c.cells, '_nanos')}[${c.at}]`
      return js`(${long} || (${x}[2 * ${a.at} + 1] === ${y}[2 * ${b.at} + 1] && ${x}[2 * ${a.at}] === ${y}[2 * ${b.at}] && ${nanos(a)} < ${nanos(b)}))`
    }
    case 'i128':
      return js`less128(${x}, ${part(a.cells, '_high')}, ${a.at}, ${y}, ${part(b.cells, '_high')}, ${b.at})`
    case 'bytes':
      return js`compareViews(${x}.bytes, ${x}.starts[${a.at}], ${x}.ends[${a.at}], ${y}.bytes, ${y}.starts[${b.at}], ${y}.ends[${b.at}]) < 0`
    case 'object':
      return js`false`
  }
}
