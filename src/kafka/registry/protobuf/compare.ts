/**
 * Whether records written with one .proto file are read with another: Confluent's rules. Fields are known by their numbers;
 * they may come and go and change their names. A type may change within a group that shares a form on the wire.
 *
 *     original message A { int32 a = 1; }    update message A { string a = 1; }
 *     → FIELD_SCALAR_KIND_CHANGED at #/A/1
 */
import type { Difference, DifferenceKind } from './difference.ts'
import { breaks } from './difference.ts'
import { type EnumType, type Field, type Label, type Message, type Oneof, type ProtoType, SCALARS, mapOf } from './file.ts'
import { type Scope, type TypeInfo, entryOf, partsOf } from './scope.ts'

export function compareProtos(original: Scope, update: Scope): readonly Difference[] {
  const comparison = new Comparison(
    { original, update, compared: new Set() },
    {
      originalPackage: original.package,
      updatePackage: update.package,
      path: [],
      names: [],
    },
  )
  if ((original.file.package ?? '') !== (update.file.package ?? '')) comparison.add('PACKAGE_CHANGED')
  comparison.types(original.file.types, update.file.types)
  return comparison.differences
}

interface Shared {
  readonly original: Scope
  readonly update: Scope
  /** Messages that are being compared further up: recursive ones come up again. */
  readonly compared: ReadonlySet<Message>
}

interface Place {
  readonly originalPackage: readonly string[]
  readonly updatePackage: readonly string[]
  readonly path: readonly string[]
  /** The messages around: the part of the path that names are resolved in. */
  readonly names: readonly string[]
}

class Comparison {
  readonly differences: Difference[] = []
  readonly #shared: Shared
  #place: Place

  constructor(shared: Shared, place: Place) {
    this.#shared = shared
    this.#place = place
  }

  add(kind: DifferenceKind, ...at: readonly (string | number)[]): void {
    this.differences.push({ kind, path: `#/${[...this.#place.path, ...at].join('/')}` })
  }

  types(original: readonly ProtoType[], update: readonly ProtoType[]): void {
    const messages = [indexed(original), indexed(update)] as const
    for (const name of namesOf(...messages)) {
      this.#in(name, () => {
        const before = messages[0].get(name)
        const after = messages[1].get(name)
        if (after === undefined) {
          if (entryOf(this.#original(name)) === undefined) this.add('MESSAGE_REMOVED')
        } else if (before === undefined) {
          if (entryOf(this.#update(name)) === undefined) this.add('MESSAGE_ADDED')
        } else {
          this.message(before.message, after.message)
          if (before.index !== after.index) this.add('MESSAGE_MOVED')
        }
      })
    }
    const enums = [enumsOf(original), enumsOf(update)] as const
    for (const name of namesOf(...enums)) {
      this.#in(name, () => {
        const before = enums[0].get(name)
        const after = enums[1].get(name)
        if (after === undefined) this.add('ENUM_REMOVED')
        else if (before === undefined) this.add('ENUM_ADDED')
        else this.#enum(before, after)
      })
    }
  }

  message(original: Message, update: Message): void {
    if (!this.#shared.compared.has(original)) {
      const inner = new Comparison({ ...this.#shared, compared: new Set([...this.#shared.compared, original]) }, this.#place)
      inner.#fields(original, update)
      inner.types(original.types, update.types)
      this.differences.push(...inner.differences)
    } else this.types(original.types, update.types)
  }

  #fields(original: Message, update: Message): void {
    const before = membersOf(original)
    const after = membersOf(update)
    this.#exclusive(update, before)
    for (const name of [...new Set([...original.oneofs, ...update.oneofs].map(oneof => oneof.name))].toSorted()) {
      const [had, has] = [original, update].map(({ oneofs }) => oneofs.some(oneof => oneof.name === name))
      if (had !== has) this.add(had ? 'ONEOF_REMOVED' : 'ONEOF_ADDED', name)
    }
    const gone = deletedOneofs(original, update, after)
    for (const tag of [...new Set([...before.keys(), ...after.keys()])].toSorted((a, b) => a - b)) {
      const [from, to] = [before.get(tag), after.get(tag)]
      if (to === undefined) this.#removed(tag, from!, gone)
      else if (from === undefined) this.#added(tag, to)
      else {
        if (from.oneof !== undefined && to.oneof === undefined) this.add('ONEOF_FIELD_MOVED_TO_TOP_LEVEL', tag)
        this.#at([...(to.oneof === undefined ? [] : [to.oneof]), String(tag)], () => this.#field(from.field, to.field))
      }
    }
  }

  /** Fields that could be set side by side and now exclude each other. */
  #exclusive(update: Message, before: ReadonlyMap<number, Member>): void {
    for (const { name, fields } of update.oneofs) {
      const members = fields.map(({ tag }) => before.get(tag)).filter(member => member !== undefined)
      const origins = new Set(members.map(({ oneof, field }) => (oneof === undefined ? `field ${field.tag}` : `oneof ${oneof}`)))
      if (origins.size < 2) continue
      const moved = members.filter(({ oneof }) => oneof === undefined).length
      this.add(moved > 1 ? 'MULTIPLE_FIELDS_MOVED_TO_ONEOF' : 'FIELD_MOVED_TO_EXISTING_ONEOF', name)
    }
  }

  #removed(tag: number, { field, oneof }: Member, gone: ReadonlySet<string>): void {
    if (oneof === undefined) this.add(field.label === 'required' ? 'REQUIRED_FIELD_REMOVED' : 'FIELD_REMOVED', tag)
    else if (!gone.has(oneof)) this.add('ONEOF_FIELD_REMOVED', oneof, tag)
  }

  #added(tag: number, { field, oneof }: Member): void {
    if (oneof !== undefined) this.add('ONEOF_FIELD_ADDED', oneof, tag)
    else this.add(field.label === 'required' ? 'REQUIRED_FIELD_ADDED' : 'FIELD_ADDED', tag)
  }

  #field(original: Field, update: Field): void {
    if (original.name !== update.name) this.add('FIELD_NAME_CHANGED')
    this.#fieldType(original.label, update.label, original.type, update.type)
  }

  #fieldType(labelBefore: Label | undefined, labelAfter: Label | undefined, before: string, after: string): void {
    const [from, to] = [kindOf(before, this.#original(before)), kindOf(after, this.#update(after))]
    if (from.kind === 'scalar' && to.kind === 'scalar') {
      if (from.group !== to.group) this.add('FIELD_SCALAR_KIND_CHANGED')
      else if (labelBefore !== undefined && labelAfter !== undefined && labelBefore !== labelAfter) {
        this.add(from.group === 'string' ? 'FIELD_STRING_OR_BYTES_LABEL_CHANGED' : 'FIELD_NUMERIC_LABEL_CHANGED')
      }
    } else if (from.kind === 'map' && to.kind === 'map') {
      this.#fieldType(undefined, undefined, from.key, to.key)
      this.#fieldType(undefined, undefined, from.value, to.value)
    } else if (from.kind === 'message' && to.kind === 'message') this.#messageType(before, after)
    else this.add('FIELD_KIND_CHANGED')
  }

  #messageType(before: string, after: string): void {
    const [from, to] = [this.#original(before), this.#update(after)]
    if (from === undefined || to === undefined) {
      if (before !== after) this.add('FIELD_NAMED_TYPE_CHANGED')
      return
    }
    const names = localNames(from)
    if (names.join('.') !== localNames(to).join('.')) return this.add('FIELD_NAMED_TYPE_CHANGED')
    if (from.origin === to.origin) return
    if (from.type?.kind !== 'message' || to.type?.kind !== 'message') return
    const inner = new Comparison(this.#shared, {
      originalPackage: partsOf(from.package),
      updatePackage: partsOf(to.package),
      path: names,
      names,
    })
    inner.message(from.type, to.type)
    this.differences.push(...inner.differences)
    if (inner.differences.some(breaks)) this.add('FIELD_NAMED_TYPE_CHANGED')
  }

  #enum(original: EnumType, update: EnumType): void {
    const [before, after] = [original, update].map(({ constants }) => new Map(constants.map(({ tag, name }) => [tag, name])))
    for (const tag of new Set([...before!.keys(), ...after!.keys()])) {
      const [from, to] = [before!.get(tag), after!.get(tag)]
      if (to === undefined) this.add('ENUM_CONST_REMOVED', tag)
      else if (from === undefined) this.add('ENUM_CONST_ADDED', tag)
      else if (from !== to) this.add('ENUM_CONST_CHANGED', tag)
    }
  }

  #original(name: string): TypeInfo | undefined {
    return this.#shared.original.resolve(name, [...this.#place.originalPackage, ...this.#place.names])
  }

  #update(name: string): TypeInfo | undefined {
    return this.#shared.update.resolve(name, [...this.#place.updatePackage, ...this.#place.names])
  }

  #at(steps: readonly string[], then: () => void, names: readonly string[] = []): void {
    const outer = this.#place
    this.#place = { ...outer, path: [...outer.path, ...steps], names: [...outer.names, ...names] }
    then()
    this.#place = outer
  }

  #in(name: string, then: () => void): void {
    this.#at([name], then, [name])
  }
}

interface Member {
  readonly field: Field
  readonly oneof: string | undefined
}

function membersOf({ fields, oneofs }: Message): ReadonlyMap<number, Member> {
  const single = fields.map(field => [field.tag, { field, oneof: undefined }] as const)
  const choices = oneofs.flatMap(oneof => oneof.fields.map(field => [field.tag, { field, oneof: oneof.name }] as const))
  return new Map<number, Member>([...single, ...choices])
}

/** A oneof that went with all its fields is a choice less, and nothing is lost but it. */
function deletedOneofs(original: Message, update: Message, after: ReadonlyMap<number, Member>): ReadonlySet<string> {
  const isGone = ({ name, fields }: Oneof) =>
    !update.oneofs.some(oneof => oneof.name === name) && !fields.some(({ tag }) => after.has(tag))
  return new Set(original.oneofs.filter(isGone).map(({ name }) => name))
}

type Kind =
  | { readonly kind: 'scalar'; readonly group: string }
  | { readonly kind: 'map'; readonly key: string; readonly value: string }
  | { readonly kind: 'message' }

/** Types of one group are read as one another. */
const GROUPS: Readonly<Record<string, string>> = {
  int32: 'number',
  int64: 'number',
  uint32: 'number',
  uint64: 'number',
  bool: 'number',
  sint32: 'signed',
  sint64: 'signed',
  string: 'string',
  bytes: 'string',
  fixed32: 'fixed32',
  sfixed32: 'fixed32',
  fixed64: 'fixed64',
  sfixed64: 'fixed64',
  float: 'float',
  double: 'double',
}

function kindOf(type: string, info: TypeInfo | undefined): Kind {
  const map = mapOf(type) ?? entryOf(info)
  if (map !== undefined) return { kind: 'map', ...map }
  if (SCALARS.has(type)) return { kind: 'scalar', group: GROUPS[type]! }
  return info?.kind === 'enum' ? { kind: 'scalar', group: 'number' } : { kind: 'message' }
}

/** The name inside of its package. */
const localNames = (info: TypeInfo): readonly string[] => partsOf(info.full).slice(partsOf(info.package).length)

function indexed(types: readonly ProtoType[]): ReadonlyMap<string, { readonly message: Message; readonly index: number }> {
  const messages = types.filter(type => type.kind === 'message')
  return new Map(messages.map((message, index) => [message.name, { message, index }]))
}

const enumsOf = (types: readonly ProtoType[]): ReadonlyMap<string, EnumType> =>
  new Map(types.filter(type => type.kind === 'enum').map(type => [type.name, type]))

const namesOf = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): ReadonlySet<string> =>
  new Set([...a.keys(), ...b.keys()])
