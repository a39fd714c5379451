/** What can differ between two versions of a .proto file, and which of it keeps the new one from reading what the old wrote. */

type Sentence = (path: string, reader: string, writer: string) => string

const OK = undefined

const DIFFERENCES = {
  PACKAGE_CHANGED: (path, reader, writer) =>
    `The package at '${path}' in the ${reader} schema does not match the package in the ${writer} schema`,
  MESSAGE_ADDED: OK,
  MESSAGE_REMOVED: (path, reader, writer) =>
    `The ${reader} schema is missing a MESSAGE type at path '${path}' in the ${writer} schema`,
  MESSAGE_MOVED: OK,
  ENUM_ADDED: OK,
  ENUM_REMOVED: OK,
  ENUM_CONST_ADDED: OK,
  ENUM_CONST_CHANGED: OK,
  ENUM_CONST_REMOVED: OK,
  FIELD_ADDED: OK,
  FIELD_REMOVED: OK,
  FIELD_NAME_CHANGED: OK,
  FIELD_KIND_CHANGED: (path, reader, writer) =>
    `The type of a field at path '${path}' in the ${reader} schema does not match the ${writer} schema`,
  FIELD_SCALAR_KIND_CHANGED: (path, reader, writer) =>
    `The kind of a SCALAR field at path '${path}' in the ${reader} schema does not match its kind in the ${writer} schema`,
  FIELD_NAMED_TYPE_CHANGED: (path, reader, writer) =>
    `The type of a MESSAGE field at path '${path}' in the ${reader} schema does not match its type in the ${writer} schema`,
  FIELD_NUMERIC_LABEL_CHANGED: (path, reader, writer) =>
    `The label for a NUMERIC field at path '${path}' in the ${reader} schema does not match its label in the ${writer} schema`,
  FIELD_STRING_OR_BYTES_LABEL_CHANGED: OK,
  REQUIRED_FIELD_ADDED: (path, reader, writer) =>
    `A required field  at path '${path}' in the ${reader} schema is missing in the ${writer} schema`,
  REQUIRED_FIELD_REMOVED: (path, reader, writer) =>
    `The ${reader} schema is missing a required field at path: '${path}' in the ${writer} schema`,
  ONEOF_ADDED: OK,
  ONEOF_REMOVED: OK,
  ONEOF_FIELD_ADDED: OK,
  ONEOF_FIELD_REMOVED: (path, reader, writer) =>
    `The ${reader} schema is missing a oneof field at path '${path}' in the ${writer} schema`,
  ONEOF_FIELD_MOVED_TO_TOP_LEVEL: OK,
  MULTIPLE_FIELDS_MOVED_TO_ONEOF: (path, reader, writer) =>
    `Multiple fields in the oneof at path '${path}' in the ${reader} schema are outside a oneof in the ${writer} schema`,
  FIELD_MOVED_TO_EXISTING_ONEOF: (path, reader, writer) =>
    `A field in the oneof at path '${path}' in the ${reader} schema is outside an existing oneof in the ${writer} schema`,
} as const satisfies Record<string, Sentence | undefined>

export type DifferenceKind = keyof typeof DIFFERENCES

/** `path` names messages and field numbers: `#/Order/Item/3`. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly path: string
}

export const breaks = ({ kind }: Difference): boolean => DIFFERENCES[kind] !== OK

/** What is wrong, in a sentence about the `reader` and the `writer` schema: `new` and `old`, or the other way round. */
export function describe({ kind, path }: Difference, reader: string, writer: string): string {
  const sentence: Sentence | undefined = DIFFERENCES[kind]
  return `{errorType:"${kind}", description:"${sentence?.(path, reader, writer) ?? ''}"}`
}
