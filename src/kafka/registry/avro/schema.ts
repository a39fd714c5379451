/**
 * Avro's schemas as plain data. Knows Avro alone, nothing of registries: readers and writers of Avro can stand on it.
 *
 *     {"type": "record", "name": "shop.Order", "fields": [{"name": "id", "type": "long"}]}
 *
 *     { kind: 'record', name: { full: 'shop.Order', … }, fields: [{ name: 'id', type: { kind: 'long', … }, … }], … }
 *
 * A named type that is used again is the same object, so a recursive schema is a graph with a cycle.
 */
import type { Json } from '../json/json.ts'

export type Primitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
export const PRIMITIVES: ReadonlySet<string> = new Set<Primitive>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

/** Attributes without a meaning in Avro, and those of logical types, in their order. */
export type Properties = ReadonlyMap<string, Json>

interface Typed {
  readonly props: Properties
  /** Undefined too where the attributes name a logical type that the type below can't carry: Avro then ignores it. */
  readonly logical: LogicalType | undefined
}

export interface PrimitiveType extends Typed {
  readonly kind: Primitive
}
export interface ArrayType extends Typed {
  readonly kind: 'array'
  readonly items: AvroType
}
export interface MapType extends Typed {
  readonly kind: 'map'
  readonly values: AvroType
}
/** A union has no attributes. */
export interface UnionType {
  readonly kind: 'union'
  readonly types: readonly AvroType[]
}

/** `space` is '' for names outside of any namespace; then `full` is `name`. */
export interface Name {
  readonly name: string
  readonly space: string
  readonly full: string
}
interface Named extends Typed {
  readonly name: Name
  readonly doc: string | undefined
  /** Full names. */
  readonly aliases: readonly string[]
}

export interface EnumType extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** What a reader takes for a symbol it does not know. */
  readonly default: string | undefined
}
export interface FixedType extends Named {
  readonly kind: 'fixed'
  readonly size: number
}
export interface RecordType extends Named {
  readonly kind: 'record'
  /** Declared with "type": "error"; means the same. */
  readonly isError: boolean
  readonly fields: readonly RecordField[]
}

export interface RecordField {
  readonly name: string
  readonly type: AvroType
  readonly doc: string | undefined
  /** Undefined where there is none; `null` is a default. */
  readonly default: Json | undefined
  readonly order: 'ascending' | 'descending' | 'ignore'
  readonly aliases: readonly string[]
  readonly props: Properties
}

export type NamedType = EnumType | FixedType | RecordType
export type AvroType = PrimitiveType | ArrayType | MapType | UnionType | NamedType

export type LogicalType =
  | { readonly name: 'decimal'; readonly precision: number; readonly scale: number }
  | {
      readonly name:
        | 'big-decimal'
        | 'uuid'
        | 'date'
        | 'time-millis'
        | 'time-micros'
        | 'timestamp-millis'
        | 'timestamp-micros'
        | 'timestamp-nanos'
        | 'local-timestamp-millis'
        | 'local-timestamp-micros'
        | 'local-timestamp-nanos'
        | 'duration'
    }

export const isNamed = (type: AvroType): type is NamedType =>
  type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed'

/** A name as a schema writes it: one with dots stands for itself, another stands in the namespace around it. */
export function nameOf(name: string, space: string): Name {
  const dot = name.lastIndexOf('.')
  const simple = name.slice(dot + 1)
  const own = dot < 0 ? space : name.slice(0, dot)
  return { name: simple, space: own, full: own === '' ? simple : `${own}.${simple}` }
}
