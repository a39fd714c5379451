/**
 * IS_ALPHA, IS_DIGIT, IS_DECIMAL and TYPEOF. IF, COALESCE, IFNULL and NULLIF are no functions: `desugar.ts` writes them
 * as CASE, so that only the branch that counts is computed.
 */
import { isNumeric, isText, printType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ScalarFunction } from '../function.ts'

/** What java.lang.Double.valueOf reads. */
const javaDouble =
  /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?|0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)[pP][+-]?\d+[fFdD]?)$/

const textTest = (name: string, doc: string, pattern: RegExp, trim: boolean): ScalarFunction => ({
  name,
  signatures: [`${name}(<CHARACTER>)`, `${name}(<NUMERIC>)`],
  doc,
  resolve(args) {
    const type = args[0]?.type
    if (args.length !== 1 || type === undefined || !(isText(type) || isNumeric(type) || type.kind === 'NULL')) return undefined
    return { args: [isText(type) ? type : types.string(type.nullable)], returns: types.boolean(false) }
  },
  nulls: 'sees',
  implement: () => (text: string | null) => text !== null && pattern.test(trim ? text.trim() : text),
  deterministic: true,
})

const typeOf: ScalarFunction = {
  name: 'TYPEOF',
  signatures: ['TYPEOF(input <ANY>)', 'TYPEOF(input <ANY>, force_serializable <BOOLEAN NOT NULL>)'],
  doc: 'The type of the argument as text.',
  resolve(args) {
    const force = args[1]
    if (args.length < 1 || args.length > 2) return undefined
    if (force !== undefined && (force.type.kind !== 'BOOLEAN' || typeof force.literal !== 'boolean')) return undefined
    return { args: args.map(arg => arg.type), returns: types.string() }
  },
  nulls: 'sees',
  implement({ args }) {
    const text: Value = printType(args[0]!.type)
    return () => text
  },
  deterministic: true,
}

export const conditionalFunctions: readonly ScalarFunction[] = [
  textTest('IS_ALPHA', 'TRUE when the text is not empty and all its characters are letters.', /^\p{L}+$/u, false),
  textTest('IS_DIGIT', 'TRUE when the text is not empty and all its characters are digits.', /^\p{Nd}+$/u, false),
  textTest('IS_DECIMAL', 'TRUE when the text reads as a number.', javaDouble, true),
  typeOf,
]
