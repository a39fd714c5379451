/**
 * Whether data that satisfied one JSON Schema satisfies another: Confluent's rules, kind by kind.
 *
 *     original {"type": "string", "maxLength": 5}    update {"type": "string", "maxLength": 3}
 *     → MAX_LENGTH_DECREASED at #/maxLength
 */
import { sameJson } from '../json/json.ts'
import { compareArrays } from './compare-array.ts'
import { compareCombined } from './compare-combined.ts'
import { compareObjects } from './compare-object.ts'
import { compareNumbers, compareStrings, compareValues } from './compare-simple.ts'
import { type Comparison, differencesOf } from './comparison.ts'
import type { Difference, Policy } from './difference.ts'
import type { SchemaNode } from './model.ts'

export function compareJsonSchemas(original: SchemaNode, update: SchemaNode, policy: Policy = 'STRICT'): readonly Difference[] {
  return differencesOf(original, update, policy, comparePair)
}

function comparePair(comparison: Comparison, original: SchemaNode, update: SchemaNode): void {
  if (readsOneOfMany(comparison, original, update)) return
  if (original.kind !== update.kind) {
    if (original.kind === 'false' || update.kind === 'empty') return
    if (original.connectType === 'bytes' && update.connectType === 'bytes') return
    comparison.add('TYPE_CHANGED')
    return
  }
  compareAnnotations(comparison, original, update)
  if (original.kind === 'string' && update.kind === 'string') compareStrings(comparison, original, update)
  if (original.kind === 'number' && update.kind === 'number') compareNumbers(comparison, original, update)
  if (original.kind === 'object' && update.kind === 'object') compareObjects(comparison, original, update)
  if (original.kind === 'array' && update.kind === 'array') compareArrays(comparison, original, update)
  if (original.kind === 'combined' && update.kind === 'combined') compareCombined(comparison, original, update)
  if (original.kind === 'enum' && update.kind === 'enum') compareValues(comparison, original.values, update.values)
  if (original.kind === 'const' && update.kind === 'const' && !sameJson(original.value, update.value)) {
    comparison.add('ENUM_ARRAY_CHANGED', 'const')
  }
  if (original.kind === 'not' && update.kind === 'not') {
    const { schema: before } = original
    const { schema: after } = update
    comparison.at('not', () => {
      const reversed = comparison.aside()
      reversed.compare(after, before)
      comparison.add(reversed.isReadable ? 'NOT_TYPE_NARROWED' : 'NOT_TYPE_EXTENDED')
    })
  }
}

/** A schema that became one of several, or was one condition among several, is compared with that one. */
function readsOneOfMany(comparison: Comparison, original: SchemaNode, update: SchemaNode): boolean {
  if (original.kind !== 'combined' && update.kind === 'combined') {
    const single = update.schemas.length === 1
    if (!single && update.criterion === 'allOf') return false
    return update.schemas.some(schema => tries(comparison, original, schema, single ? undefined : 'SUM_TYPE_EXTENDED'))
  }
  if (original.kind === 'combined' && update.kind !== 'combined') {
    const single = original.schemas.length === 1
    if (!single && original.criterion !== 'allOf') return false
    return original.schemas.some(schema => tries(comparison, schema, update, single ? undefined : 'PRODUCT_TYPE_NARROWED'))
  }
  return false
}

function tries(
  comparison: Comparison,
  original: SchemaNode,
  update: SchemaNode,
  kind: 'SUM_TYPE_EXTENDED' | 'PRODUCT_TYPE_NARROWED' | undefined,
): boolean {
  const aside = comparison.aside()
  aside.compare(original, update)
  if (!aside.isReadable) return false
  comparison.differences.push(...aside.differences)
  if (kind !== undefined) comparison.add(kind)
  return true
}

function compareAnnotations(comparison: Comparison, original: SchemaNode, update: SchemaNode): void {
  if (original.id !== update.id) comparison.add('ID_CHANGED')
  if (original.title !== update.title) comparison.add('TITLE_CHANGED')
  if (original.description !== update.description) comparison.add('DESCRIPTION_CHANGED')
  const same =
    original.default === undefined || update.default === undefined
      ? original.default === update.default
      : sameJson(original.default, update.default)
  if (!same) comparison.add('DEFAULT_CHANGED')
}
