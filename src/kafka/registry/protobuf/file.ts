/**
 * A .proto file as plain data, in the order in which it was written; comments are not kept.
 *
 *     message Order { map<string, int32> items = 1 [deprecated = true]; }
 *
 *     { kind: 'message', name: 'Order', fields: [{ type: 'map<string, int32>', name: 'items', tag: 1, options: […], … }], … }
 */

export type Label = 'optional' | 'required' | 'repeated'

export interface ProtoFile {
  /** `proto2`, `proto3` or an edition; undefined where the file does not say, which means proto2. */
  readonly syntax: string | undefined
  readonly package: string | undefined
  readonly imports: readonly string[]
  readonly publicImports: readonly string[]
  readonly options: readonly Option[]
  readonly types: readonly ProtoType[]
  readonly extends: readonly Extend[]
  readonly services: readonly Service[]
}

export type ProtoType = Message | EnumType

export interface Message {
  readonly kind: 'message'
  readonly name: string
  readonly options: readonly Option[]
  readonly reserved: readonly Reserved[]
  readonly fields: readonly Field[]
  readonly oneofs: readonly Oneof[]
  readonly groups: readonly Group[]
  readonly extensions: readonly Extensions[]
  readonly extends: readonly Extend[]
  readonly types: readonly ProtoType[]
}

export interface Field {
  /** Undefined for the singular fields of proto3, for maps and for the members of a oneof. */
  readonly label: Label | undefined
  /** As written: `int32`, `Order.Item`, `.shop.Order`, `map<string, Item>`. */
  readonly type: string
  readonly name: string
  readonly tag: number
  /** Without `default` and `json_name`, which stand apart. */
  readonly options: readonly Option[]
  readonly default: string | undefined
  readonly jsonName: string | undefined
}

export interface Oneof {
  readonly name: string
  readonly options: readonly Option[]
  readonly fields: readonly Field[]
  readonly groups: readonly Group[]
}

export interface Group {
  readonly label: Label | undefined
  readonly name: string
  readonly tag: number
  readonly fields: readonly Field[]
}

export interface EnumType {
  readonly kind: 'enum'
  readonly name: string
  readonly options: readonly Option[]
  readonly reserved: readonly Reserved[]
  readonly constants: readonly { readonly name: string; readonly tag: number; readonly options: readonly Option[] }[]
}

/** Both ends included; `max` is 536870911. */
export interface Range {
  readonly start: number
  readonly end: number
}
/** A name stands in quotation marks. */
export interface Reserved {
  readonly values: readonly (string | number | Range)[]
}
export interface Extensions {
  readonly values: readonly (number | Range)[]
  readonly options: readonly Option[]
}
export interface Extend {
  readonly name: string
  readonly fields: readonly Field[]
}

export interface Service {
  readonly name: string
  readonly options: readonly Option[]
  readonly rpcs: readonly Rpc[]
}
export interface Rpc {
  readonly name: string
  readonly request: string
  readonly requestStreaming: boolean
  readonly response: string
  readonly responseStreaming: boolean
  readonly options: readonly Option[]
}

/** `deprecated = true`, `(shop.unit) = "EUR"`, `(shop.rule).min = 1`. */
export interface Option {
  readonly name: string
  /** In parentheses: an extension of the options. */
  readonly custom: boolean
  readonly value: OptionValue
}
export type OptionValue =
  | { readonly kind: 'string'; readonly text: string }
  /** Numbers, true and false, and names of enum constants stay as they were written. */
  | { readonly kind: 'number' | 'boolean' | 'enum'; readonly text: string }
  /** `.min = 1` behind the name. */
  | { readonly kind: 'option'; readonly option: Option }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: OptionValue])[] }
  | { readonly kind: 'list'; readonly elements: readonly OptionValue[] }

export const MAX_TAG = 536_870_911

export const SCALARS: ReadonlySet<string> = new Set(
  'double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes'.split(' '),
)

/** `map<string, Item>` as its two types. */
export function mapOf(type: string): { readonly key: string; readonly value: string } | undefined {
  const found = /^map<([^,]+), (.+)>$/.exec(type)
  return found === null ? undefined : { key: found[1]!, value: found[2]! }
}
