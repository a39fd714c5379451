/**
 * Which types of schema there are, and who reads them: this is said here and nowhere else.
 *
 *     parseSchema({ type: 'AVRO', text: '{"type": "int"}', references: [], resolved: [] }).canonical   // "int"
 */
import { MillraceError } from '../../base/errors.ts'
import { parseAvroSchema } from './avro-schema.ts'
import { invalidSchema } from './errors.ts'
import { parseJsonSchema } from './json-schema.ts'
import { parseProtobufSchema } from './protobuf-schema.ts'
import { SCHEMA_TYPES, type Schema, type SchemaSource, type SchemaType } from './schema.ts'

const PARSERS: Readonly<Record<SchemaType, (source: SchemaSource) => Schema>> = {
  AVRO: parseAvroSchema,
  JSON: parseJsonSchema,
  PROTOBUF: parseProtobufSchema,
}

export function schemaTypeNamed(text: string): SchemaType {
  const type = SCHEMA_TYPES.find(type => type === text)
  if (type === undefined) throw invalidSchema(`Invalid schema type ${text}`)
  return type
}

export function parseSchema(source: SchemaSource): Schema {
  try {
    return PARSERS[source.type](source)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.kind === 'internal') throw error
    throw invalidSchema(`Invalid schema of type ${source.type}, details: ${error.message}`, error)
  }
}
