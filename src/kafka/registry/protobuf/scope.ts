/**
 * What the names in a file mean: its own types, those of the files it refers to, and those that are known everywhere.
 *
 *     package shop;  message Order { message Item {} Item first = 1; }
 *     scope.resolve('Item', ['shop', 'Order'])   →   shop.Order.Item
 *
 * A name is looked for in the innermost scope first; a leading dot says that it is complete.
 */
import type { EnumType, Field, Message, ProtoFile, ProtoType } from './file.ts'
import { KNOWN_TYPES } from './known.ts'

/** A file that a reference leads to, and which one: two schemas that refer to the same origin need no comparison there. */
export interface Dependency {
  readonly file: ProtoFile
  readonly origin: string
}

export interface TypeInfo {
  readonly full: string
  readonly package: string
  readonly kind: 'message' | 'enum'
  /** Undefined for types that are known by name alone. */
  readonly type: Message | EnumType | undefined
  /** Undefined for known types. */
  readonly origin: string | undefined
}

export interface Extension {
  readonly full: string
  readonly field: Field
}

const LOCAL = ''

export class Scope {
  readonly file: ProtoFile
  readonly dependencies: ReadonlyMap<string, Dependency>
  readonly types = new Map<string, TypeInfo>()
  readonly extensions = new Map<string, Extension>()

  /** Dependencies by the name under which they are imported. */
  constructor(file: ProtoFile, dependencies: ReadonlyMap<string, Dependency> = new Map()) {
    this.file = file
    this.dependencies = dependencies
    for (const [full, known] of KNOWN_TYPES) this.types.set(full, { full, ...known, type: undefined, origin: undefined })
    for (const dependency of dependencies.values()) this.#collectFile(dependency.file, dependency.origin)
    this.#collectFile(file, LOCAL)
  }

  get package(): readonly string[] {
    return partsOf(this.file.package)
  }

  /** The full name of a type, as seen from inside `scope`. */
  resolve(name: string, scope: readonly string[]): TypeInfo | undefined {
    return lookUp(this.types, name, scope)
  }

  extension(name: string, scope: readonly string[]): Extension | undefined {
    return lookUp(this.extensions, name, scope)
  }

  #collectFile(file: ProtoFile, origin: string): void {
    const space = file.package ?? ''
    const path = partsOf(file.package)
    this.#collectExtends(file, path)
    this.#collectTypes(file.types, path, space, origin)
  }

  #collectTypes(types: readonly ProtoType[], path: readonly string[], space: string, origin: string): void {
    for (const type of types) {
      const inner = [...path, type.name]
      const full = inner.join('.')
      this.types.set(full, { full, package: space, kind: type.kind, type, origin })
      if (type.kind !== 'message') continue
      this.#collectExtends(type, inner)
      this.#collectTypes(type.types, inner, space, origin)
    }
  }

  #collectExtends({ extends: list }: Pick<ProtoFile, 'extends'>, path: readonly string[]): void {
    for (const field of list.flatMap(each => each.fields)) {
      const full = [...path, field.name].join('.')
      this.extensions.set(full, { full, field })
    }
  }
}

export const partsOf = (space: string | undefined): readonly string[] =>
  space === undefined || space === '' ? [] : space.split('.')

function lookUp<T>(known: ReadonlyMap<string, T>, name: string, scope: readonly string[]): T | undefined {
  if (name.startsWith('.')) return known.get(name.slice(1))
  for (let depth = scope.length; depth >= 0; depth--) {
    const found = known.get([...scope.slice(0, depth), name].join('.'))
    if (found !== undefined) return found
  }
  return undefined
}

/** The types of a map's entries, where a message is what compilers make of `map<K, V>`. */
export function entryOf(info: TypeInfo | undefined): { readonly key: string; readonly value: string } | undefined {
  if (info?.type?.kind !== 'message') return undefined
  const { options, fields } = info.type
  if (!options.some(({ name, value }) => name === 'map_entry' && 'text' in value && value.text === 'true')) return undefined
  const [key, value] = ['key', 'value'].map(name => fields.find(field => field.name === name)?.type)
  return key === undefined || value === undefined ? undefined : { key, value }
}
