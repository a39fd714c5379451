/** Writes operands into the columns of a chunk under construction: `price[out] = …`. */
import { type Js, js, raw } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { type DataType, isText } from '../../data/type.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, bare } from './operand.ts'
import { lanesOf, tsOf } from './values.ts'

/** Where a result goes: the column object in scope, the row, and what to call its arrays. */
export interface OutputColumn {
  readonly column: Js
  readonly row: Js
  readonly name: string
  readonly type: DataType
}

/** One row of one column. Text that is NULL is an empty view, an object that is NULL is `null`; numbers are left as they come. */
export function writeOutput(e: Emitter, operand: Operand, to: OutputColumn): void {
  const { row, column } = to
  const array = (suffix: string, from: string): Js => {
    const local = e.names.fresh(`out_${to.name}${suffix}`)
    e.prologue.push(js`const ${local} = ${column}.${raw(from)}`)
    return local
  }
  if (operand.valid !== undefined) e.line(js`${array('_valid', 'valid')}[${row}] = ${operand.valid}`)
  switch (storageOf(to.type)) {
    case 'bool':
      return e.line(js`${array('', 'values')}[${row}] = ${tested(value(e, operand))} ? 1 : 0`)
    case 'i32':
    case 'f64':
    case 'i64':
      return e.line(js`${array('', 'values')}[${row}] = ${bare(value(e, operand))}`)
    case 'i128': {
      const { low, high } = lanesOf(e, operand)
      e.line(js`${array('_low', 'values')}[${row}] = ${low}`)
      return e.line(js`${array('_high', 'high')}[${row}] = ${high}`)
    }
    case 'ts': {
      const { millis, nanos } = tsOf(e, operand)
      e.line(js`${array('_millis', 'values')}[${row}] = ${millis}`)
      return e.line(js`${array('_nanos', 'nanos')}[${row}] = ${nanos}`)
    }
    case 'object':
      return e.line(
        operand.valid === undefined
          ? js`${array('', 'values')}[${row}] = ${value(e, operand)}`
          : js`${array('', 'values')}[${row}] = ${operand.valid} === 1 ? ${e.value(operand)} : null`,
      )
    case 'bytes':
      return writeBytes(e, operand, to)
  }
}

/** What stands before `? 1 : 0`. */
const tested = (code: Js): Js => (String(code).includes('?') ? code : bare(code))

const value = (e: Emitter, operand: Operand): Js => (operand.form === 'plain' ? operand.value : e.value(operand))

function writeBytes(e: Emitter, operand: Operand, { column, row, type }: OutputColumn): void {
  const write = () => {
    if (operand.form === 'view') return e.line(js`${column}.setBytes(${row}, ${operand.bytes}, ${operand.start}, ${operand.end})`)
    const value = e.value(operand)
    e.line(isText(type) ? js`${column}.setText(${row}, ${value})` : js`${column}.setBytes(${row}, ${value}, 0, ${value}.length)`)
  }
  if (operand.valid === undefined) return write()
  const lines = e.inBlock(write)
  e.line(js`if (${operand.valid} === 1) {
    ${lines}
  } else {
    ${column}.starts[${row}] = 0
    ${column}.ends[${row}] = 0
  }`)
}
