/**
 * Objects. What may be added or taken away depends on what else the object lets in, its content model:
 *
 *     open            any further property          {"properties": {…}}
 *     partially open  those that some schema reads  {"additionalProperties": {"type": "string"}}, patternProperties
 *     closed          none                          {"additionalProperties": false}
 *
 * A property may go if the new model is open (its values are still let in), and may come if the old one was closed (nobody
 * can have sent values of another type under its name).
 */
import { compareLimit } from './compare-simple.ts'
import type { Comparison } from './comparison.ts'
import type { ObjectNode, SchemaNode } from './model.ts'
import { matches } from './pattern.ts'

export function compareObjects(comparison: Comparison, original: ObjectNode, update: ObjectNode): void {
  compareRequired(comparison, original, update)
  comparison.at('properties', () => compareProperties(comparison, original, update))
  comparison.at('dependencies', () => compareDependencies(comparison, original, update))
  comparison.at('additionalProperties', () => compareAdditional(comparison, original, update))
  comparison.at('unevaluatedProperties', () => compareUnevaluated(comparison, original.unevaluated, update.unevaluated))
  compareLimit(comparison, 'maxProperties', 'MAX_PROPERTIES', original.maxProperties, update.maxProperties)
  compareLimit(comparison, 'minProperties', 'MIN_PROPERTIES', original.minProperties, update.minProperties)
}

function compareRequired(comparison: Comparison, original: ObjectNode, update: ObjectNode): void {
  for (const name of original.properties.keys()) {
    const property = update.properties.get(name)
    const [before, after] = [original.required.has(name), update.required.has(name)]
    if (property === undefined || before === after) continue
    if (before) comparison.add('REQUIRED_ATTRIBUTE_REMOVED', 'required', name)
    else
      comparison.add(
        hasDefault(property) ? 'REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED' : 'REQUIRED_ATTRIBUTE_ADDED',
        'required',
        name,
      )
  }
}

const hasDefault = (node: SchemaNode): boolean => node.default !== undefined

function compareProperties(comparison: Comparison, original: ObjectNode, update: ObjectNode): void {
  for (const name of new Set([...original.properties.keys(), ...update.properties.keys()])) {
    const before = original.properties.get(name)
    const after = update.properties.get(name)
    comparison.at(name, () => {
      if (before !== undefined && after !== undefined) comparison.compare(before, after)
      else if (before !== undefined) compareRemoved(comparison, before, update, name)
      else compareAdded(comparison, original, update, name, after!)
    })
  }
}

function compareRemoved(comparison: Comparison, before: SchemaNode, update: ObjectNode, name: string): void {
  if (isOpen(update)) return comparison.add('PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL')
  const cover = coverOf(update, name)
  if (cover !== undefined) {
    const covered = compareAside(comparison, before, cover)
    const kind = covered ? 'IS' : 'NOT'
    comparison.add(`PROPERTY_REMOVED_${kind}_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`)
  } else if (before.kind === 'false') comparison.add('PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL')
  else comparison.add('PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL')
}

function compareAdded(comparison: Comparison, original: ObjectNode, update: ObjectNode, name: string, after: SchemaNode): void {
  const required = update.required.has(name)
  if (isOpen(original)) {
    if (after.kind === 'empty') comparison.add('PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL')
    else if (!required) comparison.add('OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL')
    else if (hasDefault(after)) comparison.add('REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL')
    else comparison.add('REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL')
    return
  }
  const cover = coverOf(original, name)
  if (cover !== undefined) {
    const kind = compareAside(comparison, cover, after) ? 'IS' : 'NOT'
    comparison.add(`PROPERTY_ADDED_${kind}_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`)
  }
  if (!required) comparison.add('OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL')
  else if (hasDefault(after)) comparison.add('REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL')
  else comparison.add('REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL')
}

/** Compares, tells what was found, answers whether it can be read. */
export function compareAside(comparison: Comparison, original: SchemaNode, update: SchemaNode): boolean {
  const aside = comparison.aside()
  aside.compare(original, update)
  comparison.differences.push(...aside.differences)
  return aside.isReadable
}

function compareDependencies(comparison: Comparison, original: ObjectNode, update: ObjectNode): void {
  const arrays = [original.propertyDependencies, update.propertyDependencies] as const
  for (const name of new Set([...arrays[0].keys(), ...arrays[1].keys()])) {
    const before = arrays[0].get(name)
    const after = arrays[1].get(name)
    if (after === undefined) comparison.add('DEPENDENCY_ARRAY_REMOVED', name)
    else if (before === undefined) comparison.add('DEPENDENCY_ARRAY_ADDED', name)
    else compareNames(comparison, name, before, after)
  }
  const schemas = [original.schemaDependencies, update.schemaDependencies] as const
  for (const name of new Set([...schemas[0].keys(), ...schemas[1].keys()])) {
    const before = schemas[0].get(name)
    const after = schemas[1].get(name)
    if (after === undefined) comparison.add('DEPENDENCY_SCHEMA_REMOVED', name)
    else if (before === undefined) comparison.add('DEPENDENCY_SCHEMA_ADDED', name)
    else comparison.at(name, () => comparison.compare(before, after))
  }
}

function compareNames(comparison: Comparison, name: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
  const kept = Array.from(before).every(each => after.has(each))
  const known = Array.from(after).every(each => before.has(each))
  if (kept && known) return
  if (kept) comparison.add('DEPENDENCY_ARRAY_EXTENDED', name)
  else comparison.add(known ? 'DEPENDENCY_ARRAY_NARROWED' : 'DEPENDENCY_ARRAY_CHANGED', name)
}

function compareAdditional(comparison: Comparison, original: ObjectNode, update: ObjectNode): void {
  const before = original.additional
  const after = update.additional
  if ((before === false) !== (after === false)) {
    comparison.add(after === false ? 'ADDITIONAL_PROPERTIES_REMOVED' : 'ADDITIONAL_PROPERTIES_ADDED')
  } else if (before === false || after === false) return
  else if (before === undefined && after !== undefined) comparison.add('ADDITIONAL_PROPERTIES_NARROWED')
  else if (before !== undefined && after === undefined) comparison.add('ADDITIONAL_PROPERTIES_EXTENDED')
  else comparison.compare(before, after)
}

function compareUnevaluated(comparison: Comparison, before: SchemaNode | undefined, after: SchemaNode | undefined): void {
  if (before === undefined && after === undefined) return
  const change = unevaluatedChange(before, after)
  if (change === undefined) comparison.compare(before, after)
  else comparison.add(`UNEVALUATED_PROPERTIES_${change}`)
}

/** Undefined where two schemas have to be compared. */
export function unevaluatedChange(
  before: SchemaNode | undefined,
  after: SchemaNode | undefined,
): 'ADDED' | 'REMOVED' | 'EXTENDED' | 'NARROWED' | undefined {
  const [from, to] = [before?.kind, after?.kind]
  if (from === undefined) return to === 'false' ? 'REMOVED' : 'NARROWED'
  if (to === undefined) return from === 'false' ? 'ADDED' : 'EXTENDED'
  if ((from === 'false') !== (to === 'false')) return from === 'false' ? 'ADDED' : 'REMOVED'
  if ((from === 'empty') !== (to === 'empty')) return from === 'empty' ? 'NARROWED' : 'EXTENDED'
  return undefined
}

function isOpen({ additional, patterns, unevaluated }: ObjectNode): boolean {
  return additional === undefined && patterns.size === 0 && (unevaluated === undefined || unevaluated.kind === 'empty')
}

/** The schema that reads a property which is not declared. */
function coverOf({ additional, patterns, unevaluated }: ObjectNode, name: string): SchemaNode | undefined {
  for (const [pattern, schema] of patterns) if (matches(pattern, name)) return schema
  if (additional !== undefined && additional !== false) return additional
  if (additional === undefined && unevaluated !== undefined && unevaluated.kind !== 'false' && unevaluated.kind !== 'empty') {
    return unevaluated
  }
  return undefined
}
