/**
 * `allOf` may lose conditions, `anyOf` and `oneOf` may gain alternatives. Whatever their order, as many of the old ones as
 * there can be must find a new one that reads them, each its own: a maximum matching.
 */
import type { Comparison } from './comparison.ts'
import type { Difference, DifferenceKind } from './difference.ts'
import { matching } from './matching.ts'
import type { CombinedNode, SchemaNode } from './model.ts'

export function compareCombined(comparison: Comparison, original: CombinedNode, update: CombinedNode): void {
  const change = criterionChange(original, update)
  if (change !== undefined) comparison.add(change)
  if (change === 'COMBINED_TYPE_CHANGED') return
  const before = distinct(original.schemas)
  const after = distinct(update.schemas)
  if (before.length < after.length) {
    comparison.add(update.criterion === 'allOf' ? 'PRODUCT_TYPE_EXTENDED' : 'SUM_TYPE_EXTENDED')
  } else if (before.length > after.length) {
    comparison.add(original.criterion === 'allOf' ? 'PRODUCT_TYPE_NARROWED' : 'SUM_TYPE_NARROWED')
  }
  const readable = before.map((schema, i) => {
    let found: readonly (readonly Difference[] | undefined)[] = []
    comparison.at(`${original.criterion}/${i}`, () => {
      found = after.map(other => {
        const aside = comparison.aside()
        aside.compare(schema, other)
        return aside.isReadable ? aside.differences : undefined
      })
    })
    return found
  })
  const pairs = matching(before.length, after.length, (i, j) => readable[i]![j] !== undefined)
  for (const [i, j] of pairs) comparison.differences.push(...readable[i]![j]!)
  if (pairs.length < Math.min(before.length, after.length)) comparison.add('COMBINED_TYPE_SUBSCHEMAS_CHANGED')
}

function criterionChange(original: CombinedNode, update: CombinedNode): DifferenceKind | undefined {
  if (original.criterion === update.criterion) return undefined
  const [single, stays] = [original.schemas.length === 1, update.schemas.length === 1]
  const extended =
    update.criterion === 'anyOf' ||
    (single && stays) ||
    (single && update.criterion === 'oneOf') ||
    (stays && original.criterion === 'allOf')
  return extended ? 'COMBINED_TYPE_EXTENDED' : 'COMBINED_TYPE_CHANGED'
}

/** The same schema twice counts once. */
function distinct(schemas: readonly SchemaNode[]): readonly SchemaNode[] {
  const seen = new Set<string>()
  return schemas.filter(schema => {
    const text = textOf(schema)
    const fresh = !seen.has(text)
    seen.add(text)
    return fresh
  })
}

/** A text that equal schemas share. References are known by where they lead, so that it is finite. */
const textOf = (schema: SchemaNode): string =>
  JSON.stringify(schema, (key, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return Array.from(value)
    return key === 'target' ? undefined : value
  })
