/**
 * The descriptor of a file, as protoc would write it: what clients ask for that have no parser of their own.
 *
 *     Buffer.from(descriptorOf(scope)).toString('base64')
 *
 * Options of extensions are left out.
 */
import {
  CONSTANT_OPTIONS,
  ENUM_OPTIONS,
  FIELD_OPTIONS,
  FILE_OPTIONS,
  MESSAGE_OPTIONS,
  METHOD_OPTIONS,
  SERVICE_OPTIONS,
  writeOptions,
} from './descriptor-options.ts'
import {
  type EnumType,
  type Extend,
  type Field,
  type Group,
  type Message,
  type Range,
  SCALARS,
  type Service,
  mapOf,
} from './file.ts'
import { LABELS, TYPE_NAMES } from './from-descriptor.ts'
import type { Scope } from './scope.ts'
import { ProtoError } from './tokens.ts'
import { WireWriter } from './wire.ts'

/** The file has no name of its own. */
const FILE_NAME = 'default'

export function descriptorOf(scope: Scope): Uint8Array {
  return new Describer(scope).file().bytes
}

class Describer {
  readonly #scope: Scope
  readonly #proto3: boolean

  constructor(scope: Scope) {
    this.#scope = scope
    this.#proto3 = scope.file.syntax === 'proto3'
  }

  file(): WireWriter {
    const { file } = this.#scope
    const path = this.#scope.package
    const imports = [...file.imports, ...file.publicImports]
    const writer = new WireWriter().text(1, FILE_NAME).text(2, file.package)
    for (const name of imports) writer.text(3, name)
    for (const type of file.types) {
      if (type.kind === 'message') writer.message(4, this.#message(type, [...path, type.name]))
    }
    for (const type of file.types) if (type.kind === 'enum') writer.message(5, enumType(type))
    writer.messages(
      6,
      file.services.map(service => this.#service(service, path)),
    )
    writer.messages(7, this.#extensions(file.extends, path))
    writer.message(8, writeOptions(file.options, FILE_OPTIONS))
    for (let i = file.imports.length; i < imports.length; i++) writer.varint(10, i)
    return writer.text(12, this.#proto3 ? 'proto3' : undefined)
  }

  #message(type: Message, path: readonly string[]): WireWriter {
    const writer = new WireWriter().text(1, type.name)
    const nested: WireWriter[] = []
    const oneofs = type.oneofs.map(({ name }) => name)
    const add = (field: Field, oneof: number | undefined) => {
      const entry = mapOf(field.type)
      if (entry !== undefined) nested.push(this.#entry(field, entry, path))
      const optional = this.#proto3 && field.label === 'optional'
      // A proto3 optional is a oneof of one, behind those that are written.
      const index = optional ? oneofs.push(`_${field.name}`) - 1 : oneof
      writer.message(2, this.#field(field, path, { oneof: index, optional }))
    }
    const addGroup = (group: Group, oneof: number | undefined) => {
      nested.push(this.#message({ ...EMPTY, name: group.name, fields: group.fields }, [...path, group.name]))
      writer.message(2, this.#group(group, path, oneof))
    }
    for (const field of type.fields) add(field, undefined)
    for (const group of type.groups) addGroup(group, undefined)
    for (const [i, oneof] of type.oneofs.entries()) {
      for (const field of oneof.fields) add(field, i)
      for (const group of oneof.groups) addGroup(group, i)
    }
    for (const inner of type.types) if (inner.kind === 'message') nested.push(this.#message(inner, [...path, inner.name]))
    writer.messages(3, nested)
    for (const inner of type.types) if (inner.kind === 'enum') writer.message(4, enumType(inner))
    for (const value of type.extensions.flatMap(({ values }) => values)) writer.message(5, range(value, 1))
    writer.messages(6, this.#extensions(type.extends, path))
    writer.message(7, writeOptions(type.options, MESSAGE_OPTIONS))
    for (const name of oneofs) writer.message(8, new WireWriter().text(1, name))
    for (const value of type.reserved.flatMap(({ values }) => values)) {
      if (typeof value === 'string') writer.text(10, value)
      else writer.message(9, range(value, 1))
    }
    return writer
  }

  /** The message that stands for the entries of a map. */
  #entry(field: Field, { key, value }: { key: string; value: string }, path: readonly string[]): WireWriter {
    const plain = { label: 'optional' as const, options: [], default: undefined, jsonName: undefined }
    const inner = [...path, entryName(field.name)]
    return new WireWriter()
      .text(1, entryName(field.name))
      .message(2, this.#field({ ...plain, type: key, name: 'key', tag: 1 }, inner, {}))
      .message(2, this.#field({ ...plain, type: value, name: 'value', tag: 2 }, inner, {}))
      .message(7, new WireWriter().varint(7, true))
  }

  #field(
    field: Field,
    path: readonly string[],
    { oneof, optional = false, extendee }: { oneof?: number | undefined; optional?: boolean; extendee?: string },
  ): WireWriter {
    const isMap = mapOf(field.type) !== undefined
    const type = isMap
      ? { number: TYPE_NAMES.indexOf('message'), name: `.${[...path, entryName(field.name)].join('.')}` }
      : this.#type(field.type, path)
    return new WireWriter()
      .text(1, field.name)
      .text(2, extendee)
      .varint(3, field.tag)
      .varint(4, isMap ? LABELS.indexOf('repeated') : LABELS.indexOf(field.label ?? 'optional'))
      .varint(5, type.number)
      .text(6, type.name)
      .text(7, field.default !== undefined && field.type === 'bytes' ? escapedBytes(field.default) : field.default)
      .message(8, writeOptions(field.options, FIELD_OPTIONS))
      .varint(9, oneof)
      .text(10, field.jsonName ?? jsonName(field.name))
      .varint(17, optional ? true : undefined)
  }

  #group(group: Group, path: readonly string[], oneof: number | undefined): WireWriter {
    return new WireWriter()
      .text(1, group.name.toLowerCase())
      .varint(3, group.tag)
      .varint(4, LABELS.indexOf(group.label ?? 'optional'))
      .varint(5, TYPE_NAMES.indexOf('group'))
      .text(6, `.${[...path, group.name].join('.')}`)
      .varint(9, oneof)
      .text(10, jsonName(group.name.toLowerCase()))
  }

  #extensions(list: readonly Extend[], path: readonly string[]): readonly WireWriter[] {
    return list.flatMap(({ name, fields }) => fields.map(field => this.#field(field, path, { extendee: this.#name(name, path) })))
  }

  #service({ name, options, rpcs }: Service, path: readonly string[]): WireWriter {
    const methods = rpcs.map(rpc =>
      new WireWriter()
        .text(1, rpc.name)
        .text(2, this.#name(rpc.request, path))
        .text(3, this.#name(rpc.response, path))
        .message(4, writeOptions(rpc.options, METHOD_OPTIONS))
        .varint(5, rpc.requestStreaming ? true : undefined)
        .varint(6, rpc.responseStreaming ? true : undefined),
    )
    return new WireWriter().text(1, name).messages(2, methods).message(3, writeOptions(options, SERVICE_OPTIONS))
  }

  #type(type: string, path: readonly string[]): { readonly number: number; readonly name: string | undefined } {
    if (SCALARS.has(type)) return { number: TYPE_NAMES.findIndex(name => name === type), name: undefined }
    const found = this.#scope.resolve(type, path)
    if (found === undefined) throw new ProtoError(`Could not resolve type: ${type}`)
    return { number: TYPE_NAMES.indexOf(found.kind), name: `.${found.full}` }
  }

  #name(name: string, path: readonly string[]): string {
    return this.#type(name, path).name ?? name
  }
}

const EMPTY: Message = {
  kind: 'message',
  name: '',
  options: [],
  reserved: [],
  fields: [],
  oneofs: [],
  groups: [],
  extensions: [],
  extends: [],
  types: [],
}

function enumType(type: EnumType): WireWriter {
  const writer = new WireWriter().text(1, type.name)
  for (const { name, tag, options } of type.constants) {
    writer.message(2, new WireWriter().text(1, name).varint(2, tag).message(3, writeOptions(options, CONSTANT_OPTIONS)))
  }
  writer.message(3, writeOptions(type.options, ENUM_OPTIONS))
  for (const value of type.reserved.flatMap(({ values }) => values)) {
    if (typeof value === 'string') writer.text(5, value)
    else writer.message(4, range(value, 0))
  }
  return writer
}

/** `beyond` is 1 where the end is left out. */
function range(value: number | Range, beyond: number): WireWriter {
  const { start, end } = typeof value === 'number' ? { start: value, end: value } : value
  return new WireWriter().varint(1, start).varint(2, end + beyond)
}

/** Everything but plain ASCII as octal numbers. */
const escapedBytes = (text: string): string =>
  text.replace(/[^ !#-&(-[\]-~]/g, char => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)

/** `by_name` → `ByNameEntry`. */
const entryName = (field: string): string => `${camel(field).replace(/^[a-z]/, first => first.toUpperCase())}Entry`
/** `by_name` → `byName`. */
const jsonName = camel

function camel(name: string): string {
  return name.replace(/_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase()).replaceAll('_', '')
}
