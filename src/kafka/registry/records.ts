/**
 * What the records of `_schemas` say, in Confluent's form: a key of JSON that tells what kind of record it is, a value of JSON.
 * A registry of Confluent's goes on with what ours wrote, and ours with what theirs wrote.
 *
 *     {"keytype":"SCHEMA","subject":"a","version":1,"magic":1}   {"subject":"a","version":1,"id":1,"schema":"\"int\"","deleted":false}
 *     {"keytype":"DELETE_SUBJECT","subject":"a","magic":0}       {"subject":"a","version":1}
 *     {"keytype":"CONFIG","magic":0}                             {"compatibilityLevel":"FULL"}
 *     {"keytype":"MODE","subject":"a","magic":0}                 {"subject":"a","mode":"READONLY"}
 *     {"keytype":"NOOP","magic":0}                               null
 *
 * Keys are compared byte by byte when the topic is compacted, so the order of their members is part of the form.
 */
import type { Mode } from './mode.ts'
import type { SchemaReference, SchemaType } from './schema.ts'
import type { Config } from './config.ts'

export interface SchemaValue {
  readonly subject: string
  readonly version: number
  readonly id: number
  /** Left out for Avro. */
  readonly schemaType: SchemaType
  readonly references: readonly SchemaReference[]
  readonly schema: string
  readonly deleted: boolean
  /** What we do not interpret (md5, metadata, ruleSet): kept, and written again with the record. */
  readonly rest: Readonly<Record<string, unknown>>
}

export type Entry =
  | { readonly kind: 'SCHEMA'; readonly subject: string; readonly version: number; readonly value: SchemaValue | null }
  | { readonly kind: 'CONFIG'; readonly subject: string | undefined; readonly value: Config | null }
  | { readonly kind: 'MODE'; readonly subject: string | undefined; readonly value: Mode | null }
  /** Every version up to this one is deleted. */
  | { readonly kind: 'DELETE_SUBJECT'; readonly subject: string; readonly version: number | null }
  /** Deleted versions are forgotten; undefined: those of every subject. */
  | { readonly kind: 'CLEAR_SUBJECT'; readonly subject: string | undefined; readonly value: boolean }
  | { readonly kind: 'CONTEXT'; readonly context: string; readonly value: boolean }
  | { readonly kind: 'NOOP' }

/** The form of one kind of tenant: Confluent's cloud has others. */
const TENANT = 'default'

export function encodeEntry(entry: Entry): { readonly key: string; readonly value: string | null } {
  switch (entry.kind) {
    case 'SCHEMA': {
      const key = { keytype: 'SCHEMA', subject: entry.subject, version: entry.version, magic: 1 }
      return encoded(key, entry.value && schemaValue(entry.value))
    }
    case 'CONFIG': {
      const subject = subjectMember(entry.subject)
      return encoded({ keytype: 'CONFIG', ...subject, magic: 0 }, entry.value && { ...subject, ...entry.value })
    }
    case 'MODE': {
      const subject = subjectMember(entry.subject)
      return encoded({ keytype: 'MODE', ...subject, magic: 0 }, entry.value && { ...subject, mode: entry.value })
    }
    case 'DELETE_SUBJECT': {
      const { subject, version } = entry
      return encoded({ keytype: 'DELETE_SUBJECT', subject, magic: 0 }, version === null ? null : { subject, version })
    }
    case 'CLEAR_SUBJECT': {
      const subject = subjectMember(entry.subject)
      return encoded({ keytype: 'CLEAR_SUBJECT', ...subject, magic: 0 }, entry.value ? subject : null)
    }
    case 'CONTEXT': {
      const place = { tenant: TENANT, context: entry.context }
      return encoded({ keytype: 'CONTEXT', ...place, magic: 0 }, entry.value ? place : null)
    }
    case 'NOOP':
      return encoded({ keytype: 'NOOP', magic: 0 }, null)
  }
}

const encoded = (key: object, value: object | null) => ({
  key: JSON.stringify(key),
  value: value === null ? null : JSON.stringify(value),
})
const subjectMember = (subject: string | undefined): object => (subject === undefined ? {} : { subject })

function schemaValue({ subject, version, id, schemaType, references, schema, deleted, rest }: SchemaValue): object {
  const { md5, ...more } = rest
  return {
    subject,
    version,
    id,
    ...(md5 === undefined ? {} : { md5 }),
    ...(schemaType === 'AVRO' ? {} : { schemaType }),
    ...(references.length === 0
      ? {}
      : { references: references.map(({ name, subject, version }) => ({ name, subject, version })) }),
    ...more,
    schema,
    deleted,
  }
}

/** Undefined for records of kinds and forms that mean nothing to us: they are passed over. */
export function decodeEntry(keyText: string | null, valueText: string | null): Entry | undefined {
  const key = objectOf(keyText)
  if (key === undefined) return undefined
  const value = valueText === null ? null : objectOf(valueText)
  if (value === undefined) return undefined
  const subject = textOf(key['subject'])
  switch (key['keytype']) {
    case 'SCHEMA': {
      const version = integerOf(key['version'])
      if (subject === undefined || version === undefined) return undefined
      const decoded = value === null ? null : decodeSchema(value, subject, version)
      return decoded === undefined ? undefined : { kind: 'SCHEMA', subject, version, value: decoded }
    }
    case 'CONFIG':
      return { kind: 'CONFIG', subject, value: value === null ? null : configOf(value) }
    case 'MODE':
      return { kind: 'MODE', subject, value: value === null ? null : ((textOf(value['mode']) ?? 'READWRITE') as Mode) }
    case 'DELETE_SUBJECT':
      return subject === undefined
        ? undefined
        : { kind: 'DELETE_SUBJECT', subject, version: integerOf(value?.['version']) ?? null }
    case 'CLEAR_SUBJECT':
      return { kind: 'CLEAR_SUBJECT', subject, value: value !== null }
    case 'CONTEXT': {
      const context = textOf(key['context'])
      return context === undefined ? undefined : { kind: 'CONTEXT', context, value: value !== null }
    }
    case 'NOOP':
      return { kind: 'NOOP' }
    default:
      return undefined
  }
}

function decodeSchema(value: JsonMembers, subject: string, version: number): SchemaValue | undefined {
  const { subject: _, version: __, id, schemaType, references, schema, deleted, ...rest } = value
  const number = integerOf(id)
  if (number === undefined || typeof schema !== 'string') return undefined
  return {
    subject,
    version,
    id: number,
    schemaType: (textOf(schemaType) ?? 'AVRO') as SchemaType,
    references: Array.isArray(references) ? references.flatMap(referenceOf) : [],
    schema,
    deleted: deleted === true,
    rest,
  }
}

function referenceOf(json: unknown): readonly SchemaReference[] {
  if (typeof json !== 'object' || json === null) return []
  const { name, subject, version } = json as JsonMembers
  const [nameText, subjectText, number] = [textOf(name), textOf(subject), integerOf(version)]
  if (nameText === undefined || subjectText === undefined || number === undefined) return []
  return [{ name: nameText, subject: subjectText, version: number }]
}

function configOf(value: JsonMembers): Config {
  const { subject, ...config } = value
  return subject === undefined ? value : (config as Config)
}

type JsonMembers = Readonly<Record<string, unknown>>

function objectOf(text: string | null): JsonMembers | undefined {
  if (text === null) return undefined
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonMembers) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const textOf = (json: unknown): string | undefined => (typeof json === 'string' ? json : undefined)
const integerOf = (json: unknown): number | undefined => (Number.isSafeInteger(json) ? (json as number) : undefined)
