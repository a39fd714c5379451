/** Literals as operands: numbers in the code, text as bytes made once, everything else in scope. */
import { js } from '../../codegen/js.ts'
import { storageOf } from '../../data/storage.ts'
import { textBytes } from '../../data/text.ts'
import type { ExprOf } from '../../expr/expr.ts'
import type { Emitter } from './emitter.ts'
import { type Operand, plain } from './operand.ts'
import { millisOf, nanosOf } from './values.ts'

export function literalOperand(e: Emitter, { value, type }: ExprOf<'literal'>): Operand {
  if (value === null) return { ...plain(type, e.blank(type), js`0`), literal: null }
  const base = { type, valid: undefined, literal: value }
  switch (storageOf(type)) {
    case 'bool':
    case 'i32':
    case 'f64':
      return { ...base, form: 'plain', value: js`${value as boolean | number}` }
    case 'i64':
      return { ...base, form: 'plain', value: e.long(value as bigint) }
    case 'i128':
      return {
        ...base,
        form: 'lanes',
        low: e.long(BigInt.asIntN(64, value as bigint)),
        high: e.long(BigInt.asIntN(64, (value as bigint) >> 64n)),
      }
    case 'ts':
      return { ...base, form: 'ts', millis: e.long(millisOf(value as bigint)), nanos: js`${nanosOf(value as bigint)}` }
    case 'bytes': {
      const bytes = typeof value === 'string' ? textBytes(value) : (value as Uint8Array)
      const wish = typeof value === 'string' && /^\w{1,24}$/.test(value) ? `text_${value}` : 'constant'
      return { ...base, form: 'view', bytes: e.helper(wish, bytes), start: js`0`, end: js`${bytes.length}` }
    }
    case 'object':
      return { ...base, form: 'plain', value: e.helper('constant', value) }
  }
}
