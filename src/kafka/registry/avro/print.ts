/**
 * The text of a schema as Avro's Java library prints it: what a registry stores and compares.
 *
 *     {"name": "R", "namespace": "n", "type": "record", "fields": [{"type": {"type": "int"}, "name": "x"}]}
 *     {"type":"record","name":"R","namespace":"n","fields":[{"name":"x","type":"int"}]}
 *
 * `normalized` prints, besides, what means the same the same: attributes and aliases sorted, defaults as numbers of their
 * type. Two schemas are one and the same if these texts are equal, with every reference printed in full.
 */
import { type Json, JsonNumber, byText, isArray, isObject, print, quote, sorted } from '../json/json.ts'
import { javaDouble } from '../../../base/java-number.ts'
import type { AvroType, NamedType, Properties, RecordField } from './schema.ts'

export interface PrintOptions {
  /** Named types that the reader knows from elsewhere: they are printed by name alone. */
  readonly known?: Iterable<NamedType>
  readonly normalized?: boolean
}

export function printAvro(type: AvroType, { known = [], normalized = false }: PrintOptions = {}): string {
  const printer = new Printer(normalized)
  for (const each of known) printer.printed.add(each.name.full)
  return printer.type(type, '')
}

class Printer {
  readonly printed = new Set<string>()
  readonly #normalized: boolean

  constructor(normalized: boolean) {
    this.#normalized = normalized
  }

  type(type: AvroType, space: string): string {
    switch (type.kind) {
      case 'union':
        return `[${type.types.map(branch => this.type(branch, space)).join(',')}]`
      case 'array':
        return `{"type":"array","items":${this.type(type.items, space)}${this.#props(type.props)}}`
      case 'map':
        return `{"type":"map","values":${this.type(type.values, space)}${this.#props(type.props)}}`
      case 'record':
      case 'enum':
      case 'fixed':
        return this.#named(type, space)
      default:
        return type.props.size === 0 ? `"${type.kind}"` : `{"type":"${type.kind}"${this.#props(type.props)}}`
    }
  }

  #named(type: NamedType, space: string): string {
    const { name } = type
    if (this.printed.has(name.full)) return quote(isShort(type, space) ? name.name : name.full)
    this.printed.add(name.full)
    const kind = type.kind === 'record' && type.isError && !this.#normalized ? 'error' : type.kind
    const own = name.space === space ? '' : `,"namespace":${quote(name.space)}`
    const doc = type.doc === undefined || (this.#normalized && type.doc === '') ? '' : `,"doc":${quote(type.doc)}`
    const aliases = this.#aliases(type.aliases.map(alias => shorten(alias, name.space)))
    return `{"type":"${kind}","name":${quote(name.name)}${own}${doc}${this.#body(type)}${this.#props(type.props)}${aliases}}`
  }

  #body(type: NamedType): string {
    switch (type.kind) {
      case 'enum':
        return `,"symbols":[${type.symbols.map(quote).join(',')}]${type.default === undefined ? '' : `,"default":${quote(type.default)}`}`
      case 'fixed':
        return `,"size":${type.size}`
      case 'record':
        return `,"fields":[${type.fields.map(field => this.#field(field, type.name.space)).join(',')}]`
    }
  }

  #field(field: RecordField, space: string): string {
    const doc = field.doc === undefined ? '' : `,"doc":${quote(field.doc)}`
    const fallback = field.default === undefined ? '' : `,"default":${this.#default(field.type, field.default)}`
    const order = field.order === 'ascending' ? '' : `,"order":"${field.order}"`
    return `{"name":${quote(field.name)},"type":${this.type(field.type, space)}${doc}${fallback}${order}${this.#aliases(field.aliases)}${this.#props(field.props)}}`
  }

  #default(type: AvroType, value: Json): string {
    return this.#normalized ? print(sorted(inType(type, value))) : print(value, jacksonNumber)
  }

  #aliases(aliases: readonly string[]): string {
    if (aliases.length === 0) return ''
    return `,"aliases":[${(this.#normalized ? aliases.toSorted(byText) : aliases).map(quote).join(',')}]`
  }

  #props(props: Properties): string {
    const list = Array.from(props, ([key, value]) => [key, this.#normalized ? sorted(value) : value] as const)
    if (this.#normalized) list.sort(([a], [b]) => byText(a, b))
    return list.map(([key, value]) => `,${quote(key)}:${print(value, jacksonNumber)}`).join('')
  }
}

/** The simple name is enough inside of its namespace, unless it would be read as Avro's own. */
const isShort = ({ name }: NamedType, space: string): boolean => name.space === space && !KINDS.has(name.name)
const KINDS = new Set('record enum array map union fixed string bytes int long float double boolean null'.split(' '))

const shorten = (full: string, space: string): string => {
  const dot = full.lastIndexOf('.')
  return (dot < 0 ? '' : full.slice(0, dot)) === space ? full.slice(dot + 1) : full
}

/** A tree of Jackson keeps integers as they are and everything else as a double. */
const jacksonNumber = (number: JsonNumber): string => (number.isIntegral ? number.integer : javaDouble(number.value))

/** A default with its numbers printed as those of their type. */
function inType(type: AvroType, value: Json): Json {
  switch (type.kind) {
    case 'float':
    case 'double':
      return value instanceof JsonNumber ? new JsonNumber(javaDouble(value.value)) : value
    case 'array':
      return isArray(value) ? value.map(element => inType(type.items, element)) : value
    case 'map':
      return isObject(value) ? new Map(Array.from(value, ([key, element]) => [key, inType(type.values, element)])) : value
    case 'record': {
      const types = new Map(type.fields.map(field => [field.name, field.type]))
      if (!isObject(value)) return value
      return new Map(Array.from(value, ([key, member]) => [key, types.has(key) ? inType(types.get(key)!, member) : member]))
    }
    default:
      return value
  }
}
