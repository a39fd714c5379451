/**
 * One form for files that mean the same: types by their full names, declarations by number, options and imports by name,
 * messages that stand for maps as maps. Messages keep their order, since the bytes of a record name them by it.
 *
 *     message A { B b = 2; string a = 1; }   →   message A { string a = 1; .shop.B b = 2; }
 */
import { byText } from '../json/json.ts'
import {
  type EnumType,
  type Extend,
  type Field,
  type Group,
  type Message,
  type Oneof,
  type Option,
  type OptionValue,
  type ProtoFile,
  type ProtoType,
  type Range,
  type Reserved,
  SCALARS,
  type Service,
  mapOf,
} from './file.ts'
import { type Dependency, Scope, entryOf } from './scope.ts'
import { ProtoError } from './tokens.ts'

export function normalizeProto(file: ProtoFile, dependencies: ReadonlyMap<string, Dependency>): ProtoFile {
  const scope = new Scope(file, dependencies)
  return new Normalizer(scope).file(file)
}

const byTag = (a: { readonly tag: number }, b: { readonly tag: number }): number => a.tag - b.tag

class Normalizer {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  file(file: ProtoFile): ProtoFile {
    const scope = this.#scope.package
    return {
      ...file,
      syntax: file.syntax === 'proto2' ? undefined : file.syntax,
      imports: distinct(file.imports),
      publicImports: distinct(file.publicImports),
      options: this.#options(file.options, scope),
      types: this.#types(file.types, scope),
      extends: this.#extends(file.extends, scope),
      services: file.services.map(service => this.#service(service, scope)),
    }
  }

  #types(types: readonly ProtoType[], scope: readonly string[]): readonly ProtoType[] {
    return types
      .filter(({ name }) => entryOf(this.#scope.types.get([...scope, name].join('.'))) === undefined)
      .map(type => (type.kind === 'enum' ? this.#enum(type, [...scope, type.name]) : this.#message(type, [...scope, type.name])))
  }

  #message(type: Message, scope: readonly string[]): Message {
    return {
      ...type,
      options: this.#options(type.options, scope),
      reserved: reservedOneByOne(type.reserved),
      fields: this.#fields(type.fields, scope),
      oneofs: type.oneofs
        .filter(({ fields }) => fields.length > 0)
        .map(oneof => this.#oneof(oneof, scope))
        .toSorted((a, b) => byTag(a.fields[0]!, b.fields[0]!)),
      groups: this.#groups(type.groups, scope),
      extensions: type.extensions
        .flatMap(({ values, options }) =>
          values.map(value => ({ values: [single(value)], options: this.#options(options, scope) })),
        )
        .toSorted((a, b) => startOf(a.values[0]!) - startOf(b.values[0]!)),
      extends: this.#extends(type.extends, scope),
      types: this.#types(type.types, scope),
    }
  }

  #enum(type: EnumType, scope: readonly string[]): EnumType {
    return {
      ...type,
      options: this.#options(type.options, scope),
      reserved: reservedOneByOne(type.reserved),
      constants: type.constants
        .map(constant => ({ ...constant, options: this.#options(constant.options, scope) }))
        .toSorted((a, b) => byTag(a, b) || byText(a.name, b.name)),
    }
  }

  #oneof(oneof: Oneof, scope: readonly string[]): Oneof {
    return {
      ...oneof,
      options: this.#options(oneof.options, scope),
      fields: this.#fields(oneof.fields, scope),
      groups: this.#groups(oneof.groups, scope),
    }
  }

  #groups(groups: readonly Group[], scope: readonly string[]): readonly Group[] {
    return groups.map(group => ({ ...group, fields: this.#fields(group.fields, scope) })).toSorted(byTag)
  }

  #extends(list: readonly Extend[], scope: readonly string[]): readonly Extend[] {
    const byName = new Map<string, Field[]>()
    for (const { name, fields } of list) {
      const full = this.#name(name, scope)
      byName.set(full, [...(byName.get(full) ?? []), ...fields])
    }
    return Array.from(byName, ([name, fields]) => ({ name, fields: this.#fields(fields, scope) }))
  }

  #service(service: Service, scope: readonly string[]): Service {
    return {
      ...service,
      options: this.#options(service.options, scope),
      rpcs: service.rpcs.map(rpc => ({
        ...rpc,
        request: this.#name(rpc.request, scope),
        response: this.#name(rpc.response, scope),
        options: this.#options(rpc.options, scope),
      })),
    }
  }

  #fields(fields: readonly Field[], scope: readonly string[]): readonly Field[] {
    return fields.map(field => this.#field(field, scope)).toSorted(byTag)
  }

  #field(field: Field, scope: readonly string[]): Field {
    const map = mapOf(field.type) ?? this.#entry(field.type, scope)
    // As options they have their place in the order.
    const { default: fallback, jsonName } = field
    const special: Option[] = []
    if (fallback !== undefined) special.push({ name: 'default', custom: false, value: this.#default(field.type, fallback) })
    if (jsonName !== undefined) special.push({ name: 'json_name', custom: false, value: { kind: 'string', text: jsonName } })
    return {
      ...field,
      label: map === undefined ? field.label : undefined,
      type: map === undefined ? this.#type(field.type, scope) : `map<${map.key}, ${this.#type(map.value, scope)}>`,
      options: this.#options([...field.options, ...special], scope),
      default: undefined,
      jsonName: undefined,
    }
  }

  #default(type: string, text: string): OptionValue {
    if (type === 'string' || type === 'bytes') return { kind: 'string', text }
    return { kind: SCALARS.has(type) && type !== 'bool' ? 'number' : 'enum', text }
  }

  #entry(type: string, scope: readonly string[]): { key: string; value: string } | undefined {
    return SCALARS.has(type) ? undefined : entryOf(this.#scope.resolve(type, scope))
  }

  #type(type: string, scope: readonly string[]): string {
    return SCALARS.has(type) ? type : this.#name(type, scope)
  }

  #name(name: string, scope: readonly string[]): string {
    const found = this.#scope.resolve(name, scope)
    if (found === undefined) throw new ProtoError(`Could not resolve type: ${name}`)
    return `.${found.full}`
  }

  #options(options: readonly Option[], scope: readonly string[]): readonly Option[] {
    const byName = new Map<string, Option[]>()
    const named = options.map(option => this.#option(option, scope)).toSorted((a, b) => byText(a.name, b.name))
    for (const option of named) byName.set(option.name, [...(byName.get(option.name) ?? []), option])
    return Array.from(byName).flatMap(([name, list]) => {
      const extension = this.#scope.extensions.get(name)
      return extension === undefined || extension.field.label === 'repeated' ? list : [list.reduce(merge)]
    })
  }

  #option(option: Option, scope: readonly string[]): Option {
    const extension = option.custom ? this.#scope.extension(option.name, scope) : undefined
    const value = this.#value(extension === undefined ? option.value : asMap(option.value), scope)
    return { ...option, name: extension?.full ?? option.name, value }
  }

  #value(value: OptionValue, scope: readonly string[]): OptionValue {
    switch (value.kind) {
      case 'number':
        return { kind: 'number', text: plainNumber(value.text) }
      case 'list':
        return { kind: 'list', elements: value.elements.map(each => this.#value(each, scope)) }
      case 'option':
        return { kind: 'option', option: { ...value.option, value: this.#value(value.option.value, scope) } }
      case 'map': {
        const entries = value.entries
          .filter(([, each]) => each.kind !== 'list' || each.elements.length > 0)
          .map(([key, each]) => [this.#key(key, scope), alone(this.#value(each, scope))] as const)
        return { kind: 'map', entries: entries.toSorted(([a], [b]) => byText(a, b)) }
      }
      default:
        return value
    }
  }

  /** `[shop.unit]` in text format: an extension. */
  #key(key: string, scope: readonly string[]): string {
    const found = key.startsWith('[') ? this.#scope.extension(key.slice(1, -1), scope) : undefined
    return found === undefined ? key : `[${found.full}]`
  }
}

const distinct = (names: readonly string[]): readonly string[] => Array.from(new Set(names)).toSorted(byText)

/** A list of one is that one. */
const alone = (value: OptionValue): OptionValue =>
  value.kind === 'list' && value.elements.length === 1 ? value.elements[0]! : value

/** `(rule).min = 1` is `(rule) = { min: 1 }`. */
function asMap(value: OptionValue): OptionValue {
  return value.kind === 'option' ? { kind: 'map', entries: [[value.option.name, asMap(value.option.value)]] } : value
}

/** An option that is given twice: messages join, of other values the last one counts. */
function merge(first: Option, second: Option): Option {
  return { ...second, value: mergeValues(first.value, second.value) }
}

function mergeValues(first: OptionValue, second: OptionValue): OptionValue {
  if (first.kind !== 'map' || second.kind !== 'map') return second
  const entries = new Map(first.entries)
  for (const [key, value] of second.entries) {
    const before = entries.get(key)
    entries.set(key, before === undefined ? value : mergeValues(before, value))
  }
  return { kind: 'map', entries: Array.from(entries).toSorted(([a], [b]) => byText(a, b)) }
}

function plainNumber(text: string): string {
  const [sign, digits] = text.startsWith('-') ? ['-', text.slice(1)] : ['', text]
  if (/^0[0-7]+$/.test(digits)) return sign + String(parseInt(digits, 8))
  if (/^[1-9][0-9]*$/.test(digits) || !Number.isFinite(Number(digits))) return text
  return sign + String(Number(digits))
}

const single = (value: number | Range): number | Range =>
  typeof value !== 'number' && value.start === value.end ? value.start : value
const startOf = (value: number | Range): number => (typeof value === 'number' ? value : value.start)

/** Each value by itself: numbers in order, then names in order. */
function reservedOneByOne(reserved: readonly Reserved[]): readonly Reserved[] {
  const values = reserved.flatMap(each => each.values.map(value => (typeof value === 'string' ? value : single(value))))
  const rank = (value: string | number | Range) => (typeof value === 'string' ? Infinity : startOf(value))
  return values
    .toSorted((a, b) => (rank(a) === rank(b) ? byText(String(a), String(b)) : rank(a) - rank(b)))
    .map(value => ({ values: [value] }))
}
