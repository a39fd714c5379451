/** .proto files in the registry. A reference's name is the path that `import` uses. */
import { compareProtos } from './protobuf/compare.ts'
import { breaks, describe } from './protobuf/difference.ts'
import type { ProtoFile } from './protobuf/file.ts'
import { normalizeProto } from './protobuf/normalize.ts'
import { protoFromDescriptor } from './protobuf/from-descriptor.ts'
import { parseProto } from './protobuf/parse.ts'
import { printProto } from './protobuf/print.ts'
import { type Dependency, Scope } from './protobuf/scope.ts'
import { descriptorOf } from './protobuf/to-descriptor.ts'
import { checkProto } from './protobuf/validity.ts'
import { type Breach, type Schema, type SchemaReference, type SchemaSource, sortedReferences } from './schema.ts'

export function parseProtobufSchema({ text, references, resolved, strict = true }: SchemaSource): Schema {
  const dependencies = new Map(
    resolved.map(({ name, subject, version, text }) => [name, { file: parseProto(text), origin: `${subject} ${version}` }]),
  )
  const file = fileOf(text)
  const schema = new ProtobufSchema(file, references, dependencies)
  if (strict) {
    checkProto(file)
    // Every type has to be somewhere.
    schema.normalize()
  }
  return schema
}

class ProtobufSchema implements Schema {
  readonly type = 'PROTOBUF'
  readonly references: readonly SchemaReference[]
  readonly canonical: string
  readonly file: ProtoFile
  readonly dependencies: ReadonlyMap<string, Dependency>

  constructor(file: ProtoFile, references: readonly SchemaReference[], dependencies: ReadonlyMap<string, Dependency>) {
    this.file = file
    this.references = references
    this.dependencies = dependencies
    this.canonical = printProto(file)
  }

  get identity(): string {
    return this.canonical
  }

  normalize(): Schema {
    const file = normalizeProto(this.file, this.dependencies)
    return new ProtobufSchema(file, sortedReferences(this.references), this.dependencies)
  }

  breaches(writer: Schema): readonly Breach[] {
    const { file, dependencies } = writer as ProtobufSchema
    return compareProtos(new Scope(file, dependencies), new Scope(this.file, this.dependencies))
      .filter(breaks)
      .map(each => (reader, written) => describe(each, reader, written))
  }

  format(name: string): string {
    if (name !== 'serialized') return this.canonical
    return Buffer.from(descriptorOf(new Scope(this.file, this.dependencies))).toString('base64')
  }
}

/** Some clients send a file's descriptor in base64 in place of its text. */
function fileOf(text: string): ProtoFile {
  if (/^[A-Za-z0-9+/]+=*$/.test(text)) {
    const bytes = Buffer.from(text, 'base64')
    // A descriptor begins with its name: the field 1, a text.
    if (bytes[0] === 0x0a) return protoFromDescriptor(bytes)
  }
  return parseProto(text)
}
