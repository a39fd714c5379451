/**
 * Whether a reader with one schema can read what a writer with another wrote: Avro's schema resolution, asked of the
 * schemas alone. Every place that can't be read is told.
 *
 *     reader {"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}]}
 *     writer {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}
 *     → TYPE_MISMATCH at /fields/0/type: reader type: STRING not compatible with writer type: INT
 */
import { MillraceError } from '../../../base/errors.ts'
import type { AvroType, EnumType, FixedType, NamedType, RecordField, RecordType } from './schema.ts'

export type IncompatibilityKind =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH'

export interface Incompatibility {
  readonly kind: IncompatibilityKind
  /** Where, as a pointer into the reader's schema. */
  readonly path: string
  readonly detail: string
}

export function incompatibilities(reader: AvroType, writer: AvroType): readonly Incompatibility[] {
  return new Resolution().compare(reader, writer, [])
}

/** What a reader reads though it was written otherwise. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
}

type Path = readonly string[]

class Resolution {
  /** Answers by pair; a pair that is asked about again while it is open (a recursive type) counts as readable. */
  readonly #known = new Map<AvroType, Map<AvroType, readonly Incompatibility[]>>()

  compare(reader: AvroType, writer: AvroType, path: Path): readonly Incompatibility[] {
    const answers = this.#known.get(reader) ?? new Map<AvroType, readonly Incompatibility[]>()
    this.#known.set(reader, answers)
    const known = answers.get(writer)
    if (known !== undefined) return known
    answers.set(writer, [])
    const found = this.#compare(reader, writer, path)
    answers.set(writer, found)
    return found
  }

  #compare(reader: AvroType, writer: AvroType, path: Path): readonly Incompatibility[] {
    if (reader.kind === 'union' && writer.kind === 'union') {
      return writer.types.flatMap((branch, i) => this.#branch(reader.types, branch, [...path, String(i)]))
    }
    if (writer.kind === 'union') return writer.types.flatMap((branch, i) => this.compare(reader, branch, [...path, String(i)]))
    if (reader.kind === 'union') return this.#branch(reader.types, writer, path)
    if (reader.kind === 'array' && writer.kind === 'array') return this.compare(reader.items, writer.items, [...path, 'items'])
    if (reader.kind === 'map' && writer.kind === 'map') return this.compare(reader.values, writer.values, [...path, 'values'])
    if (reader.kind === 'record' && writer.kind === 'record') {
      return [...names(reader, writer, path), ...this.#fields(reader, writer, [...path, 'fields'])]
    }
    if (reader.kind === 'enum' && writer.kind === 'enum')
      return [...names(reader, writer, path), ...symbols(reader, writer, path)]
    if (reader.kind === 'fixed' && writer.kind === 'fixed')
      return [...names(reader, writer, path), ...sizes(reader, writer, path)]
    if (reader.kind === writer.kind || PROMOTIONS[reader.kind]?.includes(writer.kind) === true) return []
    const detail = `reader type: ${reader.kind.toUpperCase()} not compatible with writer type: ${writer.kind.toUpperCase()}`
    return [at('TYPE_MISMATCH', path, detail)]
  }

  /** One branch of what was written, against the union that reads it. */
  #branch(readers: readonly AvroType[], writer: AvroType, path: Path): readonly Incompatibility[] {
    if (readers.some(reader => this.compare(reader, writer, path).length === 0)) return []
    return [at('MISSING_UNION_BRANCH', path, `reader union lacking writer type: ${writer.kind.toUpperCase()}`)]
  }

  #fields(reader: RecordType, writer: RecordType, path: Path): readonly Incompatibility[] {
    return reader.fields.flatMap((field, i) => {
      const place = [...path, String(i)]
      const source = sourceOf(field, writer)
      if (source !== undefined) return this.compare(field.type, source.type, [...place, 'type'])
      if (field.default !== undefined) return []
      if (field.type.kind === 'enum' && field.type.default !== undefined) {
        return this.compare(field.type, writer, [...place, 'type'])
      }
      return [at('READER_FIELD_MISSING_DEFAULT_VALUE', place, field.name)]
    })
  }
}

const at = (kind: IncompatibilityKind, path: Path, detail: string): Incompatibility => ({
  kind,
  path: `/${path.join('/')}`,
  detail,
})

/** The field that the writer wrote for the reader's: one of the same name, or of one of its aliases; never two. */
function sourceOf(field: RecordField, writer: RecordType): RecordField | undefined {
  const found = [field.name, ...field.aliases].flatMap(name => writer.fields.filter(source => source.name === name))
  if (found.length > 1) {
    throw new MillraceError(
      'SCHEMA_INVALID',
      'user',
      `Reader record field ${field.name} matches multiple fields in writer record schema ${writer.name.full}`,
    )
  }
  return found[0]
}

/** Simple names are enough: records move between namespaces. */
function names(reader: NamedType, writer: NamedType, path: Path): readonly Incompatibility[] {
  if (reader.name.name === writer.name.name || reader.aliases.includes(writer.name.full)) return []
  return [at('NAME_MISMATCH', [...path, 'name'], `expected: ${writer.name.full}`)]
}

function symbols(reader: EnumType, writer: EnumType, path: Path): readonly Incompatibility[] {
  const missing = writer.symbols.filter(symbol => !reader.symbols.includes(symbol))
  if (missing.length === 0 || reader.default !== undefined) return []
  return [at('MISSING_ENUM_SYMBOLS', [...path, 'symbols'], `[${missing.toSorted().join(', ')}]`)]
}

function sizes(reader: FixedType, writer: FixedType, path: Path): readonly Incompatibility[] {
  if (reader.size === writer.size) return []
  return [at('FIXED_SIZE_MISMATCH', [...path, 'size'], `expected: ${writer.size}, found: ${reader.size}`)]
}
