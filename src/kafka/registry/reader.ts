/**
 * Schemas of requests and of the store, parsed, with everything that they refer to.
 *
 *     reader.parse('a', { type: 'AVRO', text: '"int"', references: [] }, { strict: true, normalize: false })
 *     reader.registered(value)
 */
import { RegistryError, invalidSchema } from './errors.ts'
import { parseSchema } from './parse-schema.ts'
import type { SchemaValue } from './records.ts'
import type { ResolvedReference, Schema, SchemaReference, SchemaType } from './schema.ts'
import { LATEST, type SchemaStore } from './store.ts'
import { qualify } from './subject.ts'

/** A schema that somebody sends. */
export interface SchemaRequest {
  readonly type: SchemaType
  /** Empty: the text of the latest version. */
  readonly text: string
  readonly references: readonly SchemaReference[]
  /** Where it is to stand; in mode IMPORT only, except for the version that comes next anyway. */
  readonly version?: number | undefined
  readonly id?: number | undefined
}

export interface ReadOptions {
  /** Held against the specification in full. */
  readonly strict: boolean
  readonly normalize: boolean
}

/** So many parsed schemas are kept. */
const KEPT = 1_000

export class SchemaReader {
  readonly #store: SchemaStore
  /** What registered schemas say: it does not change where they refer to nothing. */
  readonly #identities = new WeakMap<SchemaValue, string>()
  /** The one that was asked for last stands last. */
  readonly #kept = new Map<string, Schema>()

  constructor(store: SchemaStore) {
    this.#store = store
  }

  /** Throws error 42201 for what is no schema. */
  parse(subject: string, { type, text, references }: SchemaRequest, { strict, normalize }: ReadOptions): Schema {
    if (text.trim() === '') throw invalidSchema('Empty schema')
    const resolved = this.#resolve(subject, references)
    const key = JSON.stringify([type, strict, text, references, resolved.map(each => each.text)])
    const schema = this.#kept.get(key) ?? parseSchema({ type, text, references, resolved, strict })
    this.#kept.delete(key)
    this.#kept.set(key, schema)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!)
    return normalize ? schema.normalize() : schema
  }

  /** A registered schema, whatever was let in when it was registered. */
  registered({ subject, schemaType, schema, references }: SchemaValue): Schema {
    return this.parse(subject, { type: schemaType, text: schema, references }, { strict: false, normalize: false })
  }

  /** Undefined for a schema that another registry took and ours does not. */
  readable(value: SchemaValue): Schema | undefined {
    try {
      return this.registered(value)
    } catch (error) {
      if (error instanceof RegistryError) return undefined
      throw error
    }
  }

  /** `Schema.identity` of a registered schema; undefined where it can't be read. */
  identity(value: SchemaValue): string | undefined {
    const known = this.#identities.get(value)
    if (known !== undefined) return known
    const identity = this.readable(value)?.identity
    if (identity !== undefined && value.references.length === 0) this.#identities.set(value, identity)
    return identity
  }

  /** Every schema that these references need, before those that need it. */
  #resolve(subject: string, references: readonly SchemaReference[]): readonly ResolvedReference[] {
    const found = new Map<string, ResolvedReference>()
    const open = new Set<string>()
    const visit = (parent: string, reference: SchemaReference): void => {
      if (found.has(reference.name) || open.has(reference.name)) return
      open.add(reference.name)
      const qualified = qualify(reference.subject, parent)
      const value =
        reference.version === LATEST ? this.#store.latest(qualified) : this.#store.version(qualified, reference.version)
      if (value === undefined) {
        const { name, subject: referred, version } = reference
        throw invalidSchema(`No schema reference found for subject "${referred}" and version ${version} (name "${name}")`)
      }
      for (const inner of value.references) visit(qualified, inner)
      found.set(reference.name, { ...reference, subject: qualified, version: value.version, text: value.schema })
    }
    for (const reference of references) visit(subject, reference)
    return Array.from(found.values())
  }
}
