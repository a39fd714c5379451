/**
 * PARSE_JSON and TRY_PARSE_JSON. Numbers without an exponent are exact (bigint where they are whole), others DOUBLE.
 *
 *     PARSE_JSON('{"b": [1, 2.50, 1e3], "a": 1.0}')   {"a":1,"b":[1,2.5,1000.0]}
 *
 * JSON's null as the whole of a text is the SQL NULL here.
 */
import { EvaluationError } from '../../base/errors.ts'
import { type DataType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, ScalarFunction } from '../function.ts'
import { type Json, JsonFault, JsonNumber, firstJson, isArray, parseJson } from '../json-value.ts'
import { define } from './define.ts'

const MAX_DIGITS = 38

function toVariant(json: Json): Value {
  if (json instanceof JsonNumber) return toNumber(json)
  if (isArray(json)) return json.map(toVariant)
  return json instanceof Map ? new Map(Array.from(json, ([name, value]) => [name, toVariant(value)])) : (json as Value)
}

function toNumber({ text, form }: JsonNumber): Value {
  const whole = form === 'decimal' ? text.replace(/\.0+$/, '') : text
  return form !== 'exponent' && /^-?\d+$/.test(whole) && whole.length <= MAX_DIGITS ? BigInt(whole) : Number(text)
}

/** NULL only for the text `null`, so a literal is known to be none. */
function parsed([text]: readonly DataType[], [shape]: readonly ArgShape[]): DataType {
  const isSafe = typeof shape?.literal === 'string' && firstJson(shape.literal)?.value !== null
  return types.variant(text!.nullable || !isSafe)
}

function parse(text: string, allowDuplicates = false): Value {
  try {
    return toVariant(parseJson(text, { duplicates: allowDuplicates ? 'last' : 'error' }))
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault
    throw new EvaluationError('INVALID_JSON', `Failed to parse json string: ${text}`, { cause: fault })
  }
}

function tryParse(text: string, allowDuplicates = false): Value {
  const found = firstJson(text, { duplicates: allowDuplicates ? 'last' : 'error' })
  return found === undefined ? null : toVariant(found.value)
}

export const variantFunctions: readonly ScalarFunction[] = [
  define({
    name: 'PARSE_JSON',
    signatures: ['PARSE_JSON(<CHARACTER_STRING>)', 'PARSE_JSON(<CHARACTER_STRING>, <BOOLEAN>)'],
    doc: 'JSON as a VARIANT; the second argument allows members of one name.',
    literalNull: 'taken',
    params: ['text', 'boolean'],
    optional: 1,
    partial: true,
    returns: parsed,
    implement: () => parse,
  }),
  define({
    name: 'TRY_PARSE_JSON',
    signatures: ['TRY_PARSE_JSON(<CHARACTER_STRING>)', 'TRY_PARSE_JSON(<CHARACTER_STRING>, <BOOLEAN>)'],
    doc: 'JSON as a VARIANT; NULL for text that is none.',
    literalNull: 'taken',
    params: ['text', 'boolean'],
    optional: 1,
    partial: true,
    returns: () => types.variant(),
    implement: () => tryParse,
  }),
]
