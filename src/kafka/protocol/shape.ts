/** A message as it is laid out in one version: which fields are there, which of them may be null, which are tagged. */
import { ProtocolError } from './protocol-error.ts'
import type { Default, Field, FieldType, Message, Primitive, Struct } from './schema.ts'
import { inVersions } from './versions.ts'

export interface StructShape {
  /** Ends with tagged fields. */
  readonly flexible: boolean
  /** All fields the message ever had, in the order of the wire. */
  readonly fields: readonly FieldShape[]
}

export interface FieldShape {
  readonly name: string
  readonly type: TypeShape
  /** This version has it. */
  readonly present: boolean
  readonly nullable: boolean
  /** Some version has null for it. */
  readonly everNullable: boolean
  /** Lengths are compact. */
  readonly compact: boolean
  readonly tag: number | undefined
  readonly defaultValue: Default
  readonly ignorable: boolean
}

export type TypeShape =
  | { readonly kind: Primitive }
  | { readonly kind: 'struct'; readonly struct: StructShape }
  | { readonly kind: 'array'; readonly element: TypeShape }

export function shapeOf(message: Message, version: number): StructShape {
  if (!inVersions(message.versions, version)) {
    throw new ProtocolError('MESSAGE_VERSION', `${message.name} has versions ${message.versions}, not ${version}`)
  }
  return structShape(message.fields, version, inVersions(message.flexible, version))
}

const structShape = (fields: Struct, version: number, flexible: boolean): StructShape => ({
  flexible,
  fields: Object.entries(fields).map(([name, field]) => fieldShape(name, field, version, flexible)),
})

const fieldShape = (name: string, field: Field<unknown>, version: number, flexible: boolean): FieldShape => ({
  name,
  type: typeShape(field.type, version, flexible),
  present: inVersions(field.versions, version),
  nullable: inVersions(field.nullableVersions, version),
  everNullable: field.nullableVersions !== 'none',
  compact: flexible && !field.isRigid,
  tag: field.tag,
  defaultValue: field.defaultValue,
  ignorable: field.isIgnorable,
})

const typeShape = (type: FieldType, version: number, flexible: boolean): TypeShape =>
  type.kind === 'struct'
    ? { kind: 'struct', struct: structShape(type.fields, version, flexible) }
    : type.kind === 'array'
      ? { kind: 'array', element: typeShape(type.element, version, flexible) }
      : type

/** Fields behind one another, and those at the end by ascending tag. */
export const plainFields = (struct: StructShape): readonly FieldShape[] =>
  struct.fields.filter(f => f.present && f.tag === undefined)

export const taggedFields = (struct: StructShape): readonly (FieldShape & { readonly tag: number })[] =>
  struct.fields
    .filter((f): f is FieldShape & { readonly tag: number } => f.present && f.tag !== undefined)
    .toSorted((a, b) => a.tag - b.tag)
