/**
 * A file from its descriptor: some clients register `FileDescriptorProto`, in base64, in place of a text.
 *
 *     protoFromDescriptor(Buffer.from('CgphbGwucHJvdG8S…', 'base64'))   →   the file that protoc was given, names in full
 */
import {
  CONSTANT_OPTIONS,
  ENUM_OPTIONS,
  FIELD_OPTIONS,
  FILE_OPTIONS,
  MESSAGE_OPTIONS,
  METHOD_OPTIONS,
  SERVICE_OPTIONS,
  readOptions,
} from './descriptor-options.ts'
import type { EnumType, Extend, Field, Group, Label, Message, ProtoFile, ProtoType, Range, Reserved, Service } from './file.ts'
import { ProtoError, unescape } from './tokens.ts'
import { WireMessage } from './wire.ts'

/** By the numbers of `FieldDescriptorProto.Type`. */
export const TYPE_NAMES = [
  '',
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  'group',
  'message',
  'bytes',
  'uint32',
  'enum',
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
] as const
export const LABELS: readonly (Label | undefined)[] = [undefined, 'optional', 'required', 'repeated']

export function protoFromDescriptor(bytes: Uint8Array): ProtoFile {
  const file = new WireMessage(bytes)
  const syntax = file.text(12)
  const imports = file.texts(3)
  const isPublic = new Set(file.numbers(10))
  const context = { proto3: syntax === 'proto3' }
  return {
    syntax: syntax === '' ? undefined : syntax,
    package: file.text(2) || undefined,
    imports: imports.filter((_, i) => !isPublic.has(i)),
    publicImports: imports.filter((_, i) => isPublic.has(i)),
    options: readOptions(file.message(8), FILE_OPTIONS),
    types: [...file.messages(4).map(each => message(each, context)), ...file.messages(5).map(enumType)],
    extends: extensions(file.messages(7), context),
    services: file.messages(6).map(service),
  }
}

interface Context {
  readonly proto3: boolean
}

const nameOf = (descriptor: WireMessage): string => {
  const name = descriptor.text(1)
  if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ProtoError('this is no descriptor')
  return name
}

function message(descriptor: WireMessage, context: Context): Message {
  const nested: readonly ProtoType[] = [
    ...descriptor.messages(3).map(each => message(each, context)),
    ...descriptor.messages(4).map(enumType),
  ]
  const fields = descriptor.messages(2)
  const groups = fields.filter(isGroup).map(each => group(each, nested))
  const inOneof = (each: WireMessage) => each.number(9) !== undefined && each.number(17) !== 1
  const oneofs = descriptor.messages(8).map((oneof, i) => ({
    name: nameOf(oneof),
    options: [],
    fields: fields
      .filter(each => inOneof(each) && each.number(9) === i && !isGroup(each))
      .map(each => field(each, context, true)),
    groups: fields
      .filter(each => inOneof(each) && each.number(9) === i && isGroup(each))
      .map(each => ({ ...group(each, nested), label: undefined })),
  }))
  const ofGroups = new Set(groups.map(({ name }) => name))
  return {
    kind: 'message',
    name: nameOf(descriptor),
    options: readOptions(descriptor.message(7), MESSAGE_OPTIONS),
    reserved: [...descriptor.messages(9).map(exclusive).map(one), ...descriptor.texts(10).map(one)],
    fields: fields.filter(each => !inOneof(each) && !isGroup(each)).map(each => field(each, context, false)),
    // The oneof that a proto3 optional has to itself is no more than that.
    oneofs: oneofs.filter(oneof => oneof.fields.length + oneof.groups.length > 0),
    groups: fields.filter(each => !inOneof(each) && isGroup(each)).map(each => group(each, nested)),
    extensions: descriptor.messages(5).map(each => ({ values: [exclusive(each)], options: [] })),
    extends: extensions(descriptor.messages(6), context),
    types: nested.filter(({ name }) => !ofGroups.has(name)),
  }
}

const isGroup = (descriptor: WireMessage): boolean => TYPE_NAMES[descriptor.number(5) ?? 0] === 'group'

function group(descriptor: WireMessage, nested: readonly ProtoType[]): Group {
  const name = descriptor.text(6)?.split('.').at(-1) ?? ''
  const type = nested.find(each => each.name === name)
  if (type?.kind !== 'message') throw new ProtoError(`a descriptor's group ${name} has no fields`)
  return { label: LABELS[descriptor.number(4) ?? 0], name, tag: descriptor.number(3) ?? 0, fields: type.fields }
}

function field(descriptor: WireMessage, { proto3 }: Context, inOneof: boolean): Field {
  const label = LABELS[descriptor.number(4) ?? 0]
  const singular = proto3 && label === 'optional' && descriptor.number(17) !== 1
  const scalar = TYPE_NAMES[descriptor.number(5) ?? 0]
  return {
    label: inOneof || singular ? undefined : label,
    type: descriptor.text(6) ?? scalar ?? '',
    name: nameOf(descriptor),
    tag: descriptor.number(3) ?? 0,
    options: readOptions(descriptor.message(8), FIELD_OPTIONS),
    default: proto3 ? undefined : defaultOf(descriptor, scalar),
    jsonName: descriptor.text(10),
  }
}

/** Bytes stand there as a string with escapes. */
function defaultOf(descriptor: WireMessage, scalar: string | undefined): string | undefined {
  const text = descriptor.text(7)
  return text === undefined || scalar !== 'bytes' ? text : unescape(text)
}

function extensions(fields: readonly WireMessage[], context: Context): readonly Extend[] {
  const byName = new Map<string, Field[]>()
  for (const each of fields) {
    const name = each.text(2) ?? ''
    byName.set(name, [...(byName.get(name) ?? []), field(each, context, false)])
  }
  return Array.from(byName, ([name, fields]) => ({ name, fields }))
}

function enumType(descriptor: WireMessage): EnumType {
  return {
    kind: 'enum',
    name: nameOf(descriptor),
    options: readOptions(descriptor.message(3), ENUM_OPTIONS),
    reserved: [...descriptor.messages(4).map(inclusive).map(one), ...descriptor.texts(5).map(one)],
    constants: descriptor.messages(2).map(constant => ({
      name: nameOf(constant),
      tag: constant.number(2) ?? 0,
      options: readOptions(constant.message(3), CONSTANT_OPTIONS),
    })),
  }
}

function service(descriptor: WireMessage): Service {
  return {
    name: nameOf(descriptor),
    options: readOptions(descriptor.message(3), SERVICE_OPTIONS),
    rpcs: descriptor.messages(2).map(rpc => ({
      name: nameOf(rpc),
      request: rpc.text(2) ?? '',
      response: rpc.text(3) ?? '',
      options: readOptions(rpc.message(4), METHOD_OPTIONS),
      requestStreaming: rpc.number(5) === 1,
      responseStreaming: rpc.number(6) === 1,
    })),
  }
}

const one = (value: string | number | Range): Reserved => ({ values: [value] })

/** Messages leave the end of a range out, enums do not. */
const exclusive = (range: WireMessage): number | Range => rangeOf(range.number(1) ?? 0, (range.number(2) ?? 0) - 1)
const inclusive = (range: WireMessage): number | Range => rangeOf(range.number(1) ?? 0, range.number(2) ?? 0)
const rangeOf = (start: number, end: number): number | Range => (start === end ? start : { start, end })
