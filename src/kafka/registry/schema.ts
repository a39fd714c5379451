/**
 * A schema of any type, as the registry sees it.
 *
 *     schema.canonical                     // "int"
 *     schema.breaches(older, 'STRICT')     // sentences; none: it reads what `older` wrote
 */

export const SCHEMA_TYPES = ['JSON', 'PROTOBUF', 'AVRO'] as const
export type SchemaType = (typeof SCHEMA_TYPES)[number]

/** A schema that this one uses, under the name by which it uses it. A version of -1 is the latest one. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** The text behind a reference. What a schema refers to stands before it. */
export interface ResolvedReference extends SchemaReference {
  readonly text: string
}

export interface SchemaSource {
  readonly type: SchemaType
  readonly text: string
  readonly references: readonly SchemaReference[]
  /** Every schema that is needed, also by those that are referred to. */
  readonly resolved: readonly ResolvedReference[]
  /** Held against the specification in full. Schemas of long ago, and imported ones, are taken as they are. */
  readonly strict?: boolean
}

/** A sentence about a reader's and a writer's schema, which are called `new` and `old` or the other way round. */
export type Breach = (reader: string, writer: string) => string

export interface Schema {
  readonly type: SchemaType
  readonly references: readonly SchemaReference[]
  /** The text that is stored, and by which a schema is known. */
  readonly canonical: string
  /** A text that schemas share if they are the same but for how they are written, references filled in. */
  readonly identity: string
  normalize(): Schema
  /** What keeps this schema from reading what `writer` wrote. Both are of one type. */
  breaches(writer: Schema, policy: 'STRICT' | 'LENIENT'): readonly Breach[]
  /** The text in another form, if the type has it by this name. */
  format(name: string): string
}

/** As Confluent sorts them: by subject, name and version. */
export function sortedReferences(references: readonly SchemaReference[]): readonly SchemaReference[] {
  const distinct = new Map(references.map(each => [JSON.stringify([each.subject, each.name, each.version]), each]))
  return Array.from(distinct.values()).toSorted(
    (a, b) => compare(a.subject, b.subject) || compare(a.name, b.name) || a.version - b.version,
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
