/**
 * The text of an Avro schema, read and held against the specification.
 *
 *     parseAvro('{"type": "enum", "name": "E", "symbols": ["A", "A"]}')     // Duplicate enum symbol: A
 *
 * Types that other schemas declare are handed in by full name; what this one declares comes back beside it.
 * The rules, and their wording, are those of Avro's Java library where it has any.
 */
import { MillraceError } from '../../../base/errors.ts'
import { type Json, JsonNumber, type JsonObject, isArray, isObject, parseJson, print } from '../json/json.ts'
import { isValidDefault } from './default.ts'
import { logicalTypeOf } from './logical.ts'
import {
  type AvroType,
  type EnumType,
  type Name,
  type NamedType,
  PRIMITIVES,
  type Primitive,
  type PrimitiveType,
  type Properties,
  type RecordField,
  type RecordType,
  nameOf,
} from './schema.ts'

export class AvroSchemaError extends MillraceError {
  constructor(message: string) {
    super('SCHEMA_INVALID', 'user', message)
  }
}

export interface ParseOptions {
  /** Types declared elsewhere, by full name. */
  readonly known?: ReadonlyMap<string, NamedType>
  /** Whether defaults and namespaces are held against the specification; schemas of long ago may break it. */
  readonly strict?: boolean
}

export interface ParsedAvro {
  readonly type: AvroType
  /** Every named type that can be used now: the known ones and the ones declared here. */
  readonly names: ReadonlyMap<string, NamedType>
}

const TYPE_RESERVED = new Set(['doc', 'fields', 'items', 'name', 'namespace', 'size', 'symbols', 'values', 'type', 'aliases'])
const ENUM_RESERVED = new Set([...TYPE_RESERVED, 'default'])
const FIELD_RESERVED = new Set(['default', 'doc', 'name', 'order', 'type', 'aliases'])

export function parseAvro(text: string, options: ParseOptions = {}): ParsedAvro {
  const parser = new Parser(options)
  const type = parser.type(parseJson(text), '')
  if (parser.strict) parser.checkDefaults()
  return { type, names: parser.names }
}

class Parser {
  readonly names: Map<string, NamedType>
  readonly strict: boolean
  /** Checked at the end, when every record has its fields. */
  readonly #defaults: RecordField[] = []

  constructor({ known = new Map(), strict = true }: ParseOptions) {
    this.names = new Map(known)
    this.strict = strict
  }

  checkDefaults(): void {
    for (const { name, type, default: value } of this.#defaults) {
      if (value !== undefined && !isValidDefault(type, value)) {
        throw new AvroSchemaError(`Invalid default for field ${name}: ${print(value)} not a ${titleOf(type)}`)
      }
    }
  }

  type(json: Json, space: string): AvroType {
    if (typeof json === 'string') return this.#named(json, space, new Map())
    if (isArray(json)) return this.#union(json, space)
    if (!isObject(json)) throw new AvroSchemaError(`Schema not yet supported: ${print(json)}`)
    const type = json.get('type')
    if (typeof type !== 'string') throw new AvroSchemaError(`No type: ${print(json)}`)
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, space, type === 'error')
      case 'enum':
        return this.#enum(json, space)
      case 'fixed':
        return this.#fixed(json, space)
      case 'array': {
        const items = this.type(required(json, 'items', 'Array has no items type'), space)
        return { kind: 'array', items, ...typed(json, { kind: 'array' }) }
      }
      case 'map': {
        const values = this.type(required(json, 'values', 'Map has no values type'), space)
        return { kind: 'map', values, ...typed(json, { kind: 'map' }) }
      }
      default:
        return this.#named(type, space, propsOf(json, TYPE_RESERVED))
    }
  }

  /** A primitive type, or a type that was declared before. */
  #named(text: string, space: string, props: Properties): PrimitiveType | NamedType {
    if (PRIMITIVES.has(text)) return { kind: text as Primitive, props, logical: logicalTypeOf(props, { kind: text }) }
    const { full } = nameOf(text, space)
    const found = this.names.get(full) ?? this.names.get(text)
    if (found === undefined) throw new AvroSchemaError(`Undefined schema: ${full}`)
    return found
  }

  #union(branches: readonly Json[], space: string): AvroType {
    const types = branches.map(branch => this.type(branch, space))
    const seen = new Set<string>()
    for (const type of types) {
      if (type.kind === 'union') throw new AvroSchemaError(`Nested union: ${print(branches)}`)
      const name = 'name' in type ? type.name.full : type.kind
      if (seen.has(name)) throw new AvroSchemaError(`Duplicate in union:${name}`)
      seen.add(name)
    }
    return { kind: 'union', types }
  }

  #record(json: JsonObject, space: string, isError: boolean): RecordType {
    const head = this.#head(json, space)
    const fields: RecordField[] = []
    const record: RecordType = { kind: 'record', isError, fields, ...head, ...typed(json, { kind: 'record' }) }
    this.#declare(record)
    const list = json.get('fields')
    if (!isArray(list)) throw new AvroSchemaError(`Record has no fields: ${print(json)}`)
    const seen = new Set<string>()
    for (const item of list) {
      const field = this.#field(item, head.name.space)
      if (seen.has(field.name)) throw new AvroSchemaError(`Duplicate field ${field.name} in record ${head.name.full}`)
      seen.add(field.name)
      fields.push(field)
    }
    this.#defaults.push(...fields)
    return record
  }

  #field(json: Json, space: string): RecordField {
    if (!isObject(json)) throw new AvroSchemaError(`No field name: ${print(json)}`)
    const name = json.get('name')
    if (typeof name !== 'string') throw new AvroSchemaError(`No field name: ${print(json)}`)
    const order = json.get('order') ?? 'ascending'
    if (order !== 'ascending' && order !== 'descending' && order !== 'ignore') {
      throw new AvroSchemaError(`Field ${name} has no such order: ${print(order)}`)
    }
    return {
      name: checkedName(name),
      type: this.type(required(json, 'type', 'No field type'), space),
      doc: textOf(json, 'doc'),
      default: json.get('default'),
      order,
      aliases: aliasesOf(json),
      props: propsOf(json, FIELD_RESERVED),
    }
  }

  #enum(json: JsonObject, space: string): EnumType {
    const symbols = json.get('symbols')
    if (!isArray(symbols)) throw new AvroSchemaError(`Enum has no symbols: ${print(json)}`)
    const seen = new Set<string>()
    for (const symbol of symbols) {
      if (typeof symbol !== 'string') throw new AvroSchemaError(`An enum symbol is no text: ${print(json)}`)
      checkedName(symbol)
      if (seen.has(symbol)) throw new AvroSchemaError(`Duplicate enum symbol: ${symbol}`)
      seen.add(symbol)
    }
    const fallback = textOf(json, 'default')
    if (fallback !== undefined && !seen.has(fallback)) {
      throw new AvroSchemaError(`The Enum Default: ${fallback} is not in the enum symbol set: [${Array.from(seen).join(', ')}]`)
    }
    const props = propsOf(json, ENUM_RESERVED)
    return this.#declare({
      kind: 'enum',
      symbols: symbols as readonly string[],
      default: fallback,
      ...this.#head(json, space),
      props,
      logical: logicalTypeOf(props, { kind: 'enum' }),
    })
  }

  #fixed(json: JsonObject, space: string): NamedType {
    const size = json.get('size')
    if (!(size instanceof JsonNumber) || !size.isIntegral || size.value > 0x7fffffff) {
      throw new AvroSchemaError(`Invalid or no size: ${print(json)}`)
    }
    if (size.value < 0) throw new AvroSchemaError(`Malformed data. Length is negative: ${size.text}`)
    const head = this.#head(json, space)
    return this.#declare({ kind: 'fixed', size: size.value, ...head, ...typed(json, { kind: 'fixed', size: size.value }) })
  }

  #head(json: JsonObject, space: string): { name: Name; doc: string | undefined; aliases: readonly string[] } {
    const text = json.get('name')
    if (typeof text !== 'string' || text === '') throw new AvroSchemaError(`No name in schema: ${print(json)}`)
    const name = nameOf(text, textOf(json, 'namespace') ?? space)
    checkedName(name.name)
    if (PRIMITIVES.has(name.full)) throw new AvroSchemaError(`Schemas may not be named after primitives: ${name.full}`)
    if (this.strict && name.space !== '') name.space.split('.').forEach(checkedSpace)
    return { name, doc: textOf(json, 'doc'), aliases: aliasesOf(json).map(alias => nameOf(alias, name.space).full) }
  }

  #declare<T extends NamedType>(type: T): T {
    const { full } = type.name
    if (this.names.has(full)) throw new AvroSchemaError(`Can't redefine: ${full}`)
    this.names.set(full, type)
    return type
  }
}

const required = (json: JsonObject, member: string, sentence: string): Json => {
  const found = json.get(member)
  if (found === undefined) throw new AvroSchemaError(`${sentence}: ${print(json)}`)
  return found
}

const textOf = (json: JsonObject, member: string): string | undefined => {
  const found = json.get(member)
  return typeof found === 'string' ? found : undefined
}

function aliasesOf(json: JsonObject): readonly string[] {
  const aliases = json.get('aliases')
  if (aliases === undefined) return []
  if (!isArray(aliases)) throw new AvroSchemaError(`aliases not an array: ${print(json)}`)
  if (aliases.some(alias => typeof alias !== 'string')) throw new AvroSchemaError(`alias not a string: ${print(json)}`)
  return aliases as readonly string[]
}

const propsOf = (json: JsonObject, reserved: ReadonlySet<string>): Properties =>
  new Map(Array.from(json).filter(([member]) => !reserved.has(member)))

function typed(json: JsonObject, carrier: { kind: string; size?: number }) {
  const props = propsOf(json, TYPE_RESERVED)
  return { props, logical: logicalTypeOf(props, carrier) }
}

/** Java lets letters of any alphabet pass; the specification does not, and neither does a code generator. */
function checkedName(name: string): string {
  if (name === '') throw new AvroSchemaError('Empty name')
  if (!/^[A-Za-z_]/.test(name)) throw new AvroSchemaError(`Illegal initial character: ${name}`)
  if (!/^[A-Za-z0-9_]*$/.test(name)) throw new AvroSchemaError(`Illegal character in: ${name}`)
  return name
}

function checkedSpace(part: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(part)) throw new AvroSchemaError(`Namespace part "${part}" is invalid`)
}

/** A type in a sentence. */
const titleOf = (type: AvroType): string =>
  'name' in type
    ? `"${type.name.full}"`
    : type.kind === 'union'
      ? `union of ${type.types.map(titleOf).join(', ')}`
      : `"${type.kind}"`
