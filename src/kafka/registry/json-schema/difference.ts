/**
 * What can differ between two versions of a JSON Schema, and whether a reader with the new one still reads everything that
 * the old one allowed: `ok` says yes, `lenient` says yes under the lenient policy, which trusts that nobody sends properties
 * that are not declared.
 */

/** Sentences about the two schemas. The first is the one that reads, the second the one that wrote. */
type Sentence = (path: string, reader: string, writer: string) => string

const absent: Sentence = (path, reader, writer) =>
  `The keyword at path '${path}' in the ${reader} schema is not present in the ${writer} schema`
const more: Sentence = (path, reader, writer) =>
  `The value at path '${path}' in the ${reader} schema is more than its value in the ${writer} schema`
const less: Sentence = (path, reader, writer) =>
  `The value at path '${path}' in the ${reader} schema is less than its value in the ${writer} schema`
const other: Sentence = (path, reader, writer) =>
  `The value at path '${path}' is different between the ${reader} and ${writer} schema`
const fewer: Sentence = (path, reader, writer) =>
  `An array or combined type at path '${path}' has fewer elements in the ${reader} schema than the ${writer} schema`
const greater: Sentence = (path, reader, writer) =>
  `An array or combined type at path '${path}' has more elements in the ${reader} schema than the ${writer} schema`
const type: Sentence = (path, reader, writer) =>
  `A type at path '${path}' is different between the ${reader} schema and the ${writer} schema`
const open: Sentence = (path, reader, writer) =>
  `The ${reader} schema has an open content model and has a property or item at path '${path}' which is missing in the ${writer} schema`
const needed: Sentence = (path, reader, writer) =>
  `The ${reader} schema has an unopen content model and has a required property at path '${path}' which is missing in the ${writer} schema`
const closed: Sentence = (path, reader, writer) =>
  `The ${reader} has a closed content model and is missing a property or item present at path '${path}' in the ${writer} schema`
const uncoveredRemoved: Sentence = (path, reader, writer) =>
  `A property or item is missing in the ${reader} schema but present at path '${path}' in the ${writer} schema and is not covered by its partially open content model`
const uncoveredAdded: Sentence = (path, reader, writer) =>
  `The ${reader} schema has a property or item at path '${path}' which is missing in the ${writer} schema and is not covered by its partially open content model`
const added: Sentence = (path, reader, writer) =>
  `The schema at path '${path}' in the ${reader} schema is not present in the ${writer} schema`

type Verdict = 'ok' | 'lenient' | 'never'

const DIFFERENCES = {
  ID_CHANGED: ['ok'],
  DESCRIPTION_CHANGED: ['ok'],
  TITLE_CHANGED: ['ok'],
  DEFAULT_CHANGED: ['ok'],
  SCHEMA_ADDED: ['never', added],
  SCHEMA_REMOVED: ['ok'],
  TYPE_EXTENDED: ['ok'],
  TYPE_NARROWED: ['never', type],
  TYPE_CHANGED: ['never', type],
  MAX_LENGTH_ADDED: ['never', absent],
  MAX_LENGTH_REMOVED: ['ok'],
  MAX_LENGTH_INCREASED: ['ok'],
  MAX_LENGTH_DECREASED: ['never', less],
  MIN_LENGTH_ADDED: ['never', absent],
  MIN_LENGTH_REMOVED: ['ok'],
  MIN_LENGTH_INCREASED: ['never', more],
  MIN_LENGTH_DECREASED: ['ok'],
  PATTERN_ADDED: ['never', absent],
  PATTERN_REMOVED: ['ok'],
  PATTERN_CHANGED: ['never', other],
  MAXIMUM_ADDED: ['never', absent],
  MAXIMUM_REMOVED: ['ok'],
  MAXIMUM_INCREASED: ['ok'],
  MAXIMUM_DECREASED: ['never', less],
  MINIMUM_ADDED: ['never', absent],
  MINIMUM_REMOVED: ['ok'],
  MINIMUM_INCREASED: ['never', more],
  MINIMUM_DECREASED: ['ok'],
  EXCLUSIVE_MAXIMUM_ADDED: ['never', absent],
  EXCLUSIVE_MAXIMUM_REMOVED: ['ok'],
  EXCLUSIVE_MAXIMUM_INCREASED: ['ok'],
  EXCLUSIVE_MAXIMUM_DECREASED: ['never', less],
  EXCLUSIVE_MINIMUM_ADDED: ['never', absent],
  EXCLUSIVE_MINIMUM_REMOVED: ['ok'],
  EXCLUSIVE_MINIMUM_INCREASED: ['never', more],
  EXCLUSIVE_MINIMUM_DECREASED: ['ok'],
  MULTIPLE_OF_ADDED: ['never', absent],
  MULTIPLE_OF_REMOVED: ['ok'],
  MULTIPLE_OF_EXPANDED: ['never', more],
  MULTIPLE_OF_REDUCED: ['ok'],
  MULTIPLE_OF_CHANGED: ['never', other],
  REQUIRED_ATTRIBUTE_ADDED: ['never', absent],
  REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED: ['ok'],
  REQUIRED_ATTRIBUTE_REMOVED: ['ok'],
  MAX_PROPERTIES_ADDED: ['never', absent],
  MAX_PROPERTIES_REMOVED: ['ok'],
  MAX_PROPERTIES_INCREASED: ['ok'],
  MAX_PROPERTIES_DECREASED: ['never', less],
  MIN_PROPERTIES_ADDED: ['never', absent],
  MIN_PROPERTIES_REMOVED: ['ok'],
  MIN_PROPERTIES_INCREASED: ['never', more],
  MIN_PROPERTIES_DECREASED: ['ok'],
  ADDITIONAL_PROPERTIES_ADDED: ['ok'],
  ADDITIONAL_PROPERTIES_REMOVED: ['lenient', absent],
  ADDITIONAL_PROPERTIES_EXTENDED: ['ok'],
  ADDITIONAL_PROPERTIES_NARROWED: ['lenient', fewer],
  UNEVALUATED_PROPERTIES_ADDED: ['ok'],
  UNEVALUATED_PROPERTIES_REMOVED: ['lenient', absent],
  UNEVALUATED_PROPERTIES_EXTENDED: ['ok'],
  UNEVALUATED_PROPERTIES_NARROWED: ['lenient', fewer],
  DEPENDENCY_ARRAY_ADDED: ['never', absent],
  DEPENDENCY_ARRAY_REMOVED: ['ok'],
  DEPENDENCY_ARRAY_EXTENDED: ['never', greater],
  DEPENDENCY_ARRAY_NARROWED: ['ok'],
  DEPENDENCY_ARRAY_CHANGED: ['never', other],
  DEPENDENCY_SCHEMA_ADDED: ['never', absent],
  DEPENDENCY_SCHEMA_REMOVED: ['ok'],
  REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: ['never', open],
  REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL: ['lenient', open],
  OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: ['lenient', open],
  PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL: ['ok'],
  REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL: ['never', needed],
  REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL: ['ok'],
  OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL: ['ok'],
  PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL: ['ok'],
  PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL: ['ok'],
  PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL: ['lenient', closed],
  PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['ok'],
  PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['lenient', uncoveredRemoved],
  PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['ok'],
  PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['lenient', uncoveredAdded],
  MAX_ITEMS_ADDED: ['never', absent],
  MAX_ITEMS_REMOVED: ['ok'],
  MAX_ITEMS_INCREASED: ['ok'],
  MAX_ITEMS_DECREASED: ['never', less],
  MIN_ITEMS_ADDED: ['never', absent],
  MIN_ITEMS_REMOVED: ['ok'],
  MIN_ITEMS_INCREASED: ['never', more],
  MIN_ITEMS_DECREASED: ['ok'],
  MAX_CONTAINS_ADDED: ['never', absent],
  MAX_CONTAINS_REMOVED: ['ok'],
  MAX_CONTAINS_INCREASED: ['ok'],
  MAX_CONTAINS_DECREASED: ['never', less],
  MIN_CONTAINS_ADDED: ['never', absent],
  MIN_CONTAINS_REMOVED: ['ok'],
  MIN_CONTAINS_INCREASED: ['never', more],
  MIN_CONTAINS_DECREASED: ['ok'],
  UNIQUE_ITEMS_ADDED: ['never', absent],
  UNIQUE_ITEMS_REMOVED: ['ok'],
  ADDITIONAL_ITEMS_ADDED: ['ok'],
  ADDITIONAL_ITEMS_REMOVED: ['never', absent],
  ADDITIONAL_ITEMS_EXTENDED: ['ok'],
  ADDITIONAL_ITEMS_NARROWED: ['never', fewer],
  UNEVALUATED_ITEMS_ADDED: ['ok'],
  UNEVALUATED_ITEMS_REMOVED: ['never', absent],
  UNEVALUATED_ITEMS_EXTENDED: ['ok'],
  UNEVALUATED_ITEMS_NARROWED: ['never', fewer],
  ITEM_ADDED_TO_OPEN_CONTENT_MODEL: ['never', open],
  ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL: ['ok'],
  ITEM_ADDED_TO_CLOSED_CONTENT_MODEL: ['ok'],
  ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL: ['ok'],
  ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL: ['ok'],
  ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL: ['never', closed],
  ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['ok'],
  ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['never', uncoveredRemoved],
  ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['ok'],
  ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: ['never', uncoveredAdded],
  ENUM_ARRAY_EXTENDED: ['ok'],
  ENUM_ARRAY_NARROWED: ['never', fewer],
  ENUM_ARRAY_CHANGED: ['never', type],
  COMBINED_TYPE_EXTENDED: ['ok'],
  COMBINED_TYPE_CHANGED: ['never', type],
  PRODUCT_TYPE_EXTENDED: ['never', greater],
  PRODUCT_TYPE_NARROWED: ['ok'],
  SUM_TYPE_EXTENDED: ['ok'],
  SUM_TYPE_NARROWED: ['never', fewer],
  COMBINED_TYPE_SUBSCHEMAS_CHANGED: ['never', type],
  NOT_TYPE_EXTENDED: ['never', greater],
  NOT_TYPE_NARROWED: ['ok'],
} as const satisfies Record<string, readonly [verdict: 'ok'] | readonly [verdict: Verdict, sentence: Sentence]>

export type DifferenceKind = keyof typeof DIFFERENCES
export type Policy = 'STRICT' | 'LENIENT'

/** `path` is a pointer into the schemas: `#/properties/a/maxLength`. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly path: string
}

export function breaks({ kind }: Difference, policy: Policy): boolean {
  const verdict: Verdict = DIFFERENCES[kind][0]
  return verdict === 'never' || (verdict === 'lenient' && policy === 'STRICT')
}

/** What is wrong, in a sentence about the `reader` and the `writer` schema: `new` and `old`, or the other way round. */
export function describe({ kind, path }: Difference, reader: string, writer: string): string {
  const sentence: Sentence | undefined = DIFFERENCES[kind][1]
  return `{errorType:"${kind}", description:"${sentence?.(path, reader, writer) ?? ''}'}`
}
