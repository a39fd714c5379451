/**
 * A JSON Schema by what it says about each kind of value: the form in which two of them are compared.
 *
 *     {"type": ["string", "null"], "maxLength": 5}   →   any of: string (maxLength 5), null
 *     {"enum": ["a", "b"], "type": "string"}         →   all of: enum a b, string
 *
 * Keywords of one kind stand together, keywords of several kinds are a conjunction. A `$ref` is a knot to the schema that it
 * means, so that a recursive schema is a graph with a cycle.
 */
import type { Json, JsonNumber } from '../json/json.ts'

export interface Annotations {
  readonly id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly default?: Json | undefined
  /** Kafka Connect's "connect.type". */
  readonly connectType?: string | undefined
}

export interface StringNode extends Annotations {
  readonly kind: 'string'
  readonly maxLength?: number | undefined
  readonly minLength?: number | undefined
  readonly pattern?: string | undefined
}
export interface NumberNode extends Annotations {
  readonly kind: 'number'
  /** "type": "integer". */
  readonly integer: boolean
  readonly maximum?: JsonNumber | undefined
  readonly minimum?: JsonNumber | undefined
  readonly exclusiveMaximum?: JsonNumber | undefined
  readonly exclusiveMinimum?: JsonNumber | undefined
  readonly multipleOf?: JsonNumber | undefined
}
export interface ObjectNode extends Annotations {
  readonly kind: 'object'
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly required: ReadonlySet<string>
  /** By regular expression, in their order. */
  readonly patterns: ReadonlyMap<string, SchemaNode>
  /** false: none but the declared. Undefined, like true, says nothing. */
  readonly additional?: SchemaNode | false | undefined
  readonly unevaluated?: SchemaNode | undefined
  readonly maxProperties?: number | undefined
  readonly minProperties?: number | undefined
  readonly propertyDependencies: ReadonlyMap<string, ReadonlySet<string>>
  readonly schemaDependencies: ReadonlyMap<string, SchemaNode>
}
export interface ArrayNode extends Annotations {
  readonly kind: 'array'
  /** For every element; absent for tuples. */
  readonly items?: SchemaNode | undefined
  readonly tuple: readonly SchemaNode[]
  /** For the elements behind the tuple's. */
  readonly additional?: SchemaNode | false | undefined
  readonly unevaluated?: SchemaNode | undefined
  readonly maxItems?: number | undefined
  readonly minItems?: number | undefined
  readonly uniqueItems: boolean
  readonly maxContains?: number | undefined
  readonly minContains?: number | undefined
}
export interface EnumNode extends Annotations {
  readonly kind: 'enum'
  readonly values: readonly Json[]
}
export interface ConstNode extends Annotations {
  readonly kind: 'const'
  readonly value: Json
}
export interface NotNode extends Annotations {
  readonly kind: 'not'
  readonly schema: SchemaNode
}
export interface CombinedNode extends Annotations {
  readonly kind: 'combined'
  readonly criterion: 'allOf' | 'anyOf' | 'oneOf'
  readonly schemas: readonly SchemaNode[]
}
/** Nothing is known about values but their kind, or (`conditional`) nothing is compared. */
export interface PlainNode extends Annotations {
  readonly kind: 'boolean' | 'null' | 'conditional'
}
/** `empty` accepts every value, `false` none. */
export interface ConstantNode extends Annotations {
  readonly kind: 'empty' | 'false'
}
export interface ReferenceNode extends Annotations {
  readonly kind: 'reference'
  readonly ref: string
  /** Set when everything is loaded. */
  target: SchemaNode | undefined
}

export type SchemaNode =
  | StringNode
  | NumberNode
  | ObjectNode
  | ArrayNode
  | EnumNode
  | ConstNode
  | NotNode
  | CombinedNode
  | PlainNode
  | ConstantNode
  | ReferenceNode

export const EMPTY_OBJECT: ObjectNode = {
  kind: 'object',
  properties: new Map(),
  required: new Set(),
  patterns: new Map(),
  propertyDependencies: new Map(),
  schemaDependencies: new Map(),
}
export const EMPTY_ARRAY: ArrayNode = { kind: 'array', tuple: [], uniqueItems: false }
