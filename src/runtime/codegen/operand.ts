/**
 * What generated code knows of a value it has computed: its JavaScript, and when it is NULL.
 *
 *     plain   one expression: boolean, number, bigint, string, Uint8Array or object, as `data/value.ts` has it
 *     lanes   a wide decimal as two 64-bit words
 *     ts      a fine timestamp as milliseconds and nanoseconds
 *     view    text or binary still in its bytes; `plain` once somebody asks for the value
 *
 * `valid` is an expression that is 1 for a value and 0 for NULL; undefined when it is never NULL. Where it is 0 the
 * rest is unspecified but readable: functions that are `total` are computed all the same.
 */
import { type Js, raw } from '../../codegen/js.ts'
import type { DataType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'

export type Operand = OperandBase &
  (
    | { readonly form: 'plain'; readonly value: Js }
    | { readonly form: 'lanes'; readonly low: Js; readonly high: Js }
    | { readonly form: 'ts'; readonly millis: Js; readonly nanos: Js }
    | { readonly form: 'view'; readonly bytes: Js; readonly start: Js; readonly end: Js }
  )
interface OperandBase {
  readonly type: DataType
  readonly valid: Js | undefined
  readonly literal?: Value
  /** The input column that this is, untouched. */
  readonly column?: number
  /** What to call it where it needs a name. */
  readonly wish?: string
}

export const plain = (type: DataType, value: Js, valid: Js | undefined): Operand => ({ form: 'plain', type, value, valid })

/** The same value under another type. */
export const retype = (operand: Operand, type: DataType): Operand => ({ ...operand, type })

/** True for code that may be spliced more than once: a name, an element, a literal. */
export const isAtomic = (code: Js): boolean =>
  code.lines.length === 1 && /^(?:[\w$]+(?:\[\w+\])?|'[^']*'|"(?:[^"\\]|\\.)*"|\(-?[\d.e+-]+\))$/.test(code.lines[0]!)

/** Without parentheses around the whole: for `if (…)` and `const x = …`. Code with texts in it is left alone. */
export function bare(code: Js): Js {
  const text = String(code)
  if (!text.startsWith('(') || !text.endsWith(')') || /['"`\n]/.test(text) || text.includes(', ')) return code
  let depth = 0
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    if (depth === 0) return code
  }
  return raw(text.slice(1, -1))
}

/** Both are valid; undefined when neither can be NULL. */
export function bothValid(operands: readonly (Js | undefined)[]): Js | undefined {
  const texts = [...new Set(operands.filter(valid => valid !== undefined).map(String))]
  if (texts.length === 0) return undefined
  return texts.length === 1 ? raw(texts[0]!) : raw(`(${texts.join(' & ')})`)
}

/** Words for what functions compute, so that generated code reads. */
const resultNames: Readonly<Record<string, string>> = {
  '+': 'sum',
  '-': 'difference',
  '*': 'product',
  '/': 'quotient',
  '%': 'remainder',
  'MOD': 'remainder',
  'NEGATE': 'negated',
  '=': 'equal',
  '<>': 'differs',
  '<': 'less',
  '<=': 'atMost',
  '>': 'greater',
  '>=': 'atLeast',
}
export const resultName = (name: string): string => resultNames[name] ?? name.toLowerCase().replaceAll(/\W+/g, '_')
