/** Strings, numbers and enumerated values. A limit may go, and may move outwards; it may not come, nor move inwards. */
import { type Json, JsonNumber, decimalOf, sameJson } from '../json/json.ts'
import type { Comparison } from './comparison.ts'
import type { DifferenceKind } from './difference.ts'
import type { NumberNode, StringNode } from './model.ts'

/** `MAX_LENGTH` stands for MAX_LENGTH_ADDED, MAX_LENGTH_REMOVED, MAX_LENGTH_INCREASED and MAX_LENGTH_DECREASED. */
type Limit = {
  [K in DifferenceKind]: K extends `${infer L}_INCREASED` ? L : never
}[DifferenceKind]

export function compareLimit(
  comparison: Comparison,
  keyword: string,
  limit: Limit,
  original: number | JsonNumber | undefined,
  update: number | JsonNumber | undefined,
): void {
  if (original === undefined && update === undefined) return
  if (original === undefined) return comparison.add(`${limit}_ADDED`, keyword)
  if (update === undefined) return comparison.add(`${limit}_REMOVED`, keyword)
  const before = typeof original === 'number' ? original : original.value
  const after = typeof update === 'number' ? update : update.value
  if (before < after) comparison.add(`${limit}_INCREASED`, keyword)
  if (before > after) comparison.add(`${limit}_DECREASED`, keyword)
}

export function compareStrings(comparison: Comparison, original: StringNode, update: StringNode): void {
  compareLimit(comparison, 'maxLength', 'MAX_LENGTH', original.maxLength, update.maxLength)
  compareLimit(comparison, 'minLength', 'MIN_LENGTH', original.minLength, update.minLength)
  if (original.pattern === update.pattern) return
  if (original.pattern === undefined) comparison.add('PATTERN_ADDED', 'pattern')
  else comparison.add(update.pattern === undefined ? 'PATTERN_REMOVED' : 'PATTERN_CHANGED', 'pattern')
}

export function compareNumbers(comparison: Comparison, original: NumberNode, update: NumberNode): void {
  compareLimit(comparison, 'maximum', 'MAXIMUM', original.maximum, update.maximum)
  compareLimit(comparison, 'minimum', 'MINIMUM', original.minimum, update.minimum)
  compareLimit(comparison, 'exclusiveMaximum', 'EXCLUSIVE_MAXIMUM', original.exclusiveMaximum, update.exclusiveMaximum)
  compareLimit(comparison, 'exclusiveMinimum', 'EXCLUSIVE_MINIMUM', original.exclusiveMinimum, update.exclusiveMinimum)
  compareMultiples(comparison, original.multipleOf, update.multipleOf)
  if (original.integer !== update.integer) comparison.add(original.integer ? 'TYPE_EXTENDED' : 'TYPE_NARROWED')
}

function compareMultiples(comparison: Comparison, original: JsonNumber | undefined, update: JsonNumber | undefined): void {
  if (original === undefined && update === undefined) return
  if (original === undefined) return comparison.add('MULTIPLE_OF_ADDED', 'multipleOf')
  if (update === undefined) return comparison.add('MULTIPLE_OF_REMOVED', 'multipleOf')
  if (decimalOf(original.text) === decimalOf(update.text)) return
  if (isMultiple(update, original)) comparison.add('MULTIPLE_OF_EXPANDED', 'multipleOf')
  else comparison.add(isMultiple(original, update) ? 'MULTIPLE_OF_REDUCED' : 'MULTIPLE_OF_CHANGED', 'multipleOf')
}

/** Exactly, in decimal: 0.3 is a multiple of 0.1. Numbers of thousands of digits are not worth it. */
function isMultiple(number: JsonNumber, of: JsonNumber): boolean {
  const [a, b] = [number, of].map(each => /^(-?[0-9]+)e(-?[0-9]+)$/.exec(decimalOf(each.text))!)
  const shift = Number(a![2]) - Number(b![2])
  if (Math.abs(shift) > MAX_DIGITS || a![1]!.length > MAX_DIGITS || b![1]!.length > MAX_DIGITS) return false
  const scale = 10n ** BigInt(Math.abs(shift))
  return (BigInt(a![1]!) * (shift > 0 ? scale : 1n)) % (BigInt(b![1]!) * (shift < 0 ? scale : 1n)) === 0n
}
const MAX_DIGITS = 1_000

export function compareValues(comparison: Comparison, original: readonly Json[], update: readonly Json[]): void {
  const has = (values: readonly Json[], value: Json) => values.some(each => sameJson(each, value))
  const kept = original.every(value => has(update, value))
  const known = update.every(value => has(original, value))
  if (kept && known) return
  if (kept) comparison.add('ENUM_ARRAY_EXTENDED', 'enum')
  else comparison.add(known ? 'ENUM_ARRAY_NARROWED' : 'ENUM_ARRAY_CHANGED', 'enum')
}
