/** Avro schemas in the registry. A reference declares named types; its own name means nothing. */
import { MillraceError } from '../../base/errors.ts'
import { type Incompatibility, incompatibilities } from './avro/compatibility.ts'
import { parseAvro } from './avro/parse.ts'
import { printAvro } from './avro/print.ts'
import { type AvroType, type NamedType, isNamed } from './avro/schema.ts'
import { type Breach, type Schema, type SchemaReference, type SchemaSource, sortedReferences } from './schema.ts'

export function parseAvroSchema({ text, references, resolved, strict = true }: SchemaSource): Schema {
  let names: ReadonlyMap<string, NamedType> = new Map()
  const referred: NamedType[] = []
  for (const reference of resolved) {
    const parsed = parseAvro(reference.text, { known: names, strict })
    names = parsed.names
    if (isNamed(parsed.type)) referred.push(parsed.type)
  }
  return new AvroSchema(parseAvro(text, { known: names, strict }).type, references, referred)
}

class AvroSchema implements Schema {
  readonly type = 'AVRO'
  readonly references: readonly SchemaReference[]
  readonly canonical: string
  readonly avro: AvroType
  readonly #referred: readonly NamedType[]
  #identity: string | undefined

  constructor(avro: AvroType, references: readonly SchemaReference[], referred: readonly NamedType[], normalized = false) {
    this.avro = avro
    this.references = references
    this.#referred = referred
    this.canonical = printAvro(avro, { known: referred, normalized })
  }

  get identity(): string {
    this.#identity ??= printAvro(this.avro, { normalized: true })
    return this.#identity
  }

  normalize(): Schema {
    return new AvroSchema(this.avro, sortedReferences(this.references), this.#referred, true)
  }

  breaches(writer: Schema): readonly Breach[] {
    try {
      return incompatibilities(this.avro, (writer as AvroSchema).avro).map(
        each => (reader, written) => sentence(each, reader, written),
      )
    } catch (error) {
      if (!(error instanceof MillraceError) || error.kind === 'internal') throw error
      return [() => `Unexpected exception during compatibility check: ${error.message}`]
    }
  }

  format(name: string): string {
    return name === 'resolved' ? printAvro(this.avro) : this.canonical
  }
}

function sentence(found: Incompatibility, reader: string, writer: string): string {
  return `{errorType:'${found.kind}', description:'${description(found, reader, writer)}', additionalInfo:'${found.detail}'}`
}

function description({ kind, path, detail }: Incompatibility, reader: string, writer: string): string {
  switch (kind) {
    case 'FIXED_SIZE_MISMATCH':
      return `The size of FIXED type field at path '${path}' in the ${reader} schema does not match with the ${writer} schema`
    case 'TYPE_MISMATCH':
      return `The type (path '${path}') of a field in the ${reader} schema does not match with the ${writer} schema`
    case 'NAME_MISMATCH':
      return `The name of the schema has changed (path '${path}')`
    case 'MISSING_ENUM_SYMBOLS':
      return `The ${reader} schema is missing enum symbols '${detail}' at path '${path}' in the ${writer} schema`
    case 'MISSING_UNION_BRANCH':
      return `The ${reader} schema is missing a type inside a union field at path '${path}' in the ${writer} schema`
    case 'READER_FIELD_MISSING_DEFAULT_VALUE':
      return `The field '${detail}' at path '${path}' in the ${reader} schema has no default value and is missing in the ${writer} schema`
  }
}
