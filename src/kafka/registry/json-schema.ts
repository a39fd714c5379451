/** JSON Schemas in the registry. A reference's name is the address that `$ref` uses. */
import { compareJsonSchemas } from './json-schema/compare.ts'
import { breaks, describe } from './json-schema/difference.ts'
import { loadJsonSchema } from './json-schema/load.ts'
import type { SchemaNode } from './json-schema/model.ts'
import { javaDecimal } from '../../base/java-number.ts'
import { type Json, type JsonNumber, parseJson, print, sorted } from './json/json.ts'
import { type Breach, type Schema, type SchemaReference, type SchemaSource, sortedReferences } from './schema.ts'

export function parseJsonSchema({ text, references, resolved }: SchemaSource): Schema {
  const documents = new Map(resolved.map(reference => [reference.name, parseJson(reference.text)]))
  return new JsonSchema(parseJson(text), references, documents)
}

class JsonSchema implements Schema {
  readonly type = 'JSON'
  readonly references: readonly SchemaReference[]
  readonly canonical: string
  readonly node: SchemaNode
  readonly #json: Json
  readonly #documents: ReadonlyMap<string, Json>

  constructor(json: Json, references: readonly SchemaReference[], documents: ReadonlyMap<string, Json>) {
    this.#json = json
    this.#documents = documents
    this.references = references
    this.canonical = print(json, exact)
    this.node = loadJsonSchema(json, documents)
  }

  get identity(): string {
    return this.canonical
  }

  normalize(): Schema {
    return new JsonSchema(sorted(this.#json), sortedReferences(this.references), this.#documents)
  }

  breaches(writer: Schema, policy: 'STRICT' | 'LENIENT'): readonly Breach[] {
    return compareJsonSchemas((writer as JsonSchema).node, this.node, policy)
      .filter(each => breaks(each, policy))
      .map(each => (reader, written) => describe(each, reader, written))
  }

  format(): string {
    return this.canonical
  }
}

const exact = (number: JsonNumber): string => (number.isIntegral ? number.integer : javaDecimal(number.text))
