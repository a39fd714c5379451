/** What calls are made with: versions, flags, pages, and the schemas that clients send. */
import { RegistryError, invalidSchema, invalidVersion, ruleSetRefused } from '../errors.ts'
import { schemaTypeNamed } from '../parse-schema.ts'
import type { SchemaRequest } from '../reader.ts'
import type { SchemaReference } from '../schema.ts'
import { LATEST } from '../store.ts'

const MAX_VERSION = 2 ** 31 - 1

/** `latest` and -1 are the last one. */
export function versionOf(text: string): number {
  if (text.trim().toLowerCase() === 'latest') return LATEST
  const version = /^[+-]?[0-9]+$/.test(text.trim()) ? Number(text) : NaN
  if (version === LATEST || (version >= 1 && version <= MAX_VERSION)) return version
  throw invalidVersion(text)
}

export function idOf(text: string): number {
  if (!/^[0-9]+$/.test(text) || Number(text) > MAX_VERSION) throw new RegistryError(404, 'HTTP 404 Not Found')
  return Number(text)
}

export const flag = (query: URLSearchParams, name: string): boolean => query.get(name)?.toLowerCase() === 'true'

/** `offset` and `limit`; a limit below 1 is none. */
export function page<T>(list: readonly T[], query: URLSearchParams): readonly T[] {
  const offset = numberOf(query.get('offset')) ?? 0
  const limit = numberOf(query.get('limit')) ?? 0
  const rest = list.slice(Math.max(0, offset))
  return limit > 0 ? rest.slice(0, limit) : rest
}

const numberOf = (text: string | null): number | undefined =>
  text !== null && /^-?[0-9]+$/.test(text) ? Number(text) : undefined

export type Members = Readonly<Record<string, unknown>>

export function membersOf(body: unknown): Members {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Members
  throw new RegistryError(422, 'The request needs a JSON object as its body')
}

/** The body of a registration, a look-up or a check. */
export function schemaRequestOf(body: unknown): SchemaRequest {
  const { schema, schemaType, references, version, id, metadata, ruleSet } = membersOf(body)
  if (present(ruleSet)) throw ruleSetRefused()
  if (present(metadata)) throw invalidSchema('Metadata of schemas are not supported by this registry')
  if (present(schema) && typeof schema !== 'string') throw invalidSchema('The member "schema" holds the schema as a string')
  if (present(schemaType) && typeof schemaType !== 'string') throw invalidSchema('The member "schemaType" is a string')
  const number = integer(version, 'version')
  const identity = integer(id, 'id')
  return {
    type: typeof schemaType === 'string' && schemaType !== '' ? schemaTypeNamed(schemaType) : 'AVRO',
    text: typeof schema === 'string' ? schema : '',
    references: referencesOf(references),
    ...(number === undefined || number === 0 ? {} : { version: number }),
    ...(identity === undefined || identity < 0 ? {} : { id: identity }),
  }
}

function referencesOf(references: unknown): readonly SchemaReference[] {
  if (!present(references)) return []
  if (!Array.isArray(references)) throw invalidSchema('The member "references" is a list')
  return references.map((reference: unknown) => {
    const { name, subject, version } = membersOf(reference)
    const number = integer(version, 'version')
    if (typeof name !== 'string' || typeof subject !== 'string' || number === undefined) {
      throw invalidSchema('A reference has a "name", a "subject" and a "version"')
    }
    return { name, subject, version: number }
  })
}

function integer(value: unknown, member: string): number | undefined {
  if (!present(value)) return undefined
  const number = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? Number(value) : value
  if (!Number.isSafeInteger(number)) throw new RegistryError(422, `The member "${member}" is an integer`)
  return number as number
}

const present = (value: unknown): boolean => value !== undefined && value !== null
