/** Arrays: the schema of all elements, or one for each place and another for the rest. The rest is the content model. */
import { compareAside, unevaluatedChange } from './compare-object.ts'
import { compareLimit } from './compare-simple.ts'
import type { Comparison } from './comparison.ts'
import type { ArrayNode, SchemaNode } from './model.ts'

export function compareArrays(comparison: Comparison, original: ArrayNode, update: ArrayNode): void {
  comparison.at('items', () => comparison.compare(original.items, update.items))
  compareTuples(comparison, original, update)
  comparison.at('additionalItems', () => compareAdditional(comparison, original, update))
  comparison.at('unevaluatedItems', () => compareUnevaluated(comparison, original.unevaluated, update.unevaluated))
  compareLimit(comparison, 'maxItems', 'MAX_ITEMS', original.maxItems, update.maxItems)
  compareLimit(comparison, 'minItems', 'MIN_ITEMS', original.minItems, update.minItems)
  if (original.uniqueItems !== update.uniqueItems) {
    comparison.add(original.uniqueItems ? 'UNIQUE_ITEMS_REMOVED' : 'UNIQUE_ITEMS_ADDED', 'uniqueItems')
  }
  compareLimit(comparison, 'maxContains', 'MAX_CONTAINS', original.maxContains, update.maxContains)
  compareLimit(comparison, 'minContains', 'MIN_CONTAINS', original.minContains, update.minContains)
}

function compareTuples(comparison: Comparison, original: ArrayNode, update: ArrayNode): void {
  const length = Math.max(original.tuple.length, update.tuple.length)
  for (let i = 0; i < length; i++) {
    const before = original.tuple[i]
    const after = update.tuple[i]
    comparison.at(`items/${i}`, () => {
      if (before !== undefined && after !== undefined) comparison.compare(before, after)
      else if (before !== undefined) compareRemoved(comparison, before, update)
      else compareAdded(comparison, original, after!)
    })
  }
}

function compareRemoved(comparison: Comparison, before: SchemaNode, update: ArrayNode): void {
  if (isOpen(update)) return comparison.add('ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL')
  const cover = coverOf(update)
  if (cover !== undefined) {
    const kind = compareAside(comparison, before, cover) ? 'IS' : 'NOT'
    comparison.add(`ITEM_REMOVED_${kind}_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`)
  } else if (before.kind === 'false') comparison.add('ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL')
  else comparison.add('ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL')
}

function compareAdded(comparison: Comparison, original: ArrayNode, after: SchemaNode): void {
  if (isOpen(original)) {
    comparison.add(
      after.kind === 'empty' ? 'ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL' : 'ITEM_ADDED_TO_OPEN_CONTENT_MODEL',
    )
    return
  }
  const cover = coverOf(original)
  if (cover === undefined) return comparison.add('ITEM_ADDED_TO_CLOSED_CONTENT_MODEL')
  const kind = compareAside(comparison, cover, after) ? 'IS' : 'NOT'
  comparison.add(`ITEM_ADDED_${kind}_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`)
}

function compareAdditional(comparison: Comparison, original: ArrayNode, update: ArrayNode): void {
  const before = original.additional
  const after = update.additional
  if ((before === false) !== (after === false)) {
    comparison.add(after === false ? 'ADDITIONAL_ITEMS_REMOVED' : 'ADDITIONAL_ITEMS_ADDED')
  } else if (before === false || after === false) return
  else if (before === undefined && after !== undefined) comparison.add('ADDITIONAL_ITEMS_NARROWED')
  else if (before !== undefined && after === undefined) comparison.add('ADDITIONAL_ITEMS_EXTENDED')
  else comparison.compare(before, after)
}

function compareUnevaluated(comparison: Comparison, before: SchemaNode | undefined, after: SchemaNode | undefined): void {
  if (before === undefined && after === undefined) return
  const change = unevaluatedChange(before, after)
  if (change === undefined) comparison.compare(before, after)
  else comparison.add(`UNEVALUATED_ITEMS_${change}`)
}

const isOpen = ({ additional, unevaluated }: ArrayNode): boolean =>
  additional === undefined && (unevaluated === undefined || unevaluated.kind === 'empty')

function coverOf({ additional, unevaluated }: ArrayNode): SchemaNode | undefined {
  if (additional !== undefined && additional !== false) return additional
  const reads = unevaluated !== undefined && unevaluated.kind !== 'false' && unevaluated.kind !== 'empty'
  return additional === undefined && reads ? unevaluated : undefined
}
