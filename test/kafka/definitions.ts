/**
 * Messages as lines of text, one a field, made of our table and of Kafka's own definitions alike: the two have to be equal.
 *
 *     FetchRequest key 1, versions 4-18, flexible 12-18
 *     topics: array, 4-18
 *     topics.topic: string, 4-12, ignorable
 *     clusterId: string, 12-18, null 12-18, default null, ignorable, tag 0
 *
 * Versions are those in which the field is there, so that `0+` and `4+` say the same of a message that begins at 4.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Field, FieldType, Message, Struct } from '#src/kafka/protocol/schema.ts'
import { type Versions, rangeOf } from '#src/kafka/protocol/versions.ts'

/** Kafka's definitions beside the project. */
export const definitionsFolder = '../shared/kafka-messages'

export const haveDefinitions = (): boolean => existsSync(definitionsFolder)

interface Line {
  readonly path: string
  readonly type: string
  readonly versions: readonly number[]
  readonly nullable: readonly number[]
  readonly defaultValue: unknown
  readonly ignorable: boolean
  readonly tag: number | undefined
  readonly rigid: boolean
}

const print = (line: Line): string =>
  [
    `${line.path}: ${line.type}`,
    spread(line.versions),
    line.nullable.length > 0 ? `null ${spread(line.nullable)}` : '',
    line.defaultValue === undefined ? '' : `default ${line.defaultValue}`,
    line.ignorable ? 'ignorable' : '',
    line.tag === undefined ? '' : `tag ${line.tag}`,
    line.rigid ? 'never compact' : '',
  ]
    .filter(part => part !== '')
    .join(', ')

const spread = (versions: readonly number[]): string =>
  versions.length === 0 ? 'none' : versions.length === 1 ? `${versions[0]}` : `${versions[0]}-${versions.at(-1)}`

const all = (versions: string): readonly number[] => {
  const { min, max } = rangeOf(versions as Versions)
  return Array.from({ length: max - min + 1 }, (_, i) => min + i)
}

const within = (versions: string | undefined, outer: readonly number[]): readonly number[] => {
  const { min, max } = rangeOf((versions ?? 'none') as Versions)
  return outer.filter(version => version >= min && version <= max)
}

// ── our table ───────────────────────────────────────────────────────────────────────────────────────

export function linesOfTable(message: Message): string[] {
  const versions = all(message.versions)
  const head = `${message.name} key ${message.key}, versions ${spread(versions)}, flexible ${spread(within(message.flexible, versions))}`
  return [head, ...tableLines(message.fields, '', versions).map(print)]
}

const tableLines = (fields: Struct, prefix: string, outer: readonly number[]): Line[] =>
  Object.entries(fields).flatMap(([name, field]) => tableLine(`${prefix}${name}`, field, outer))

function tableLine(path: string, field: Field<unknown>, outer: readonly number[]): Line[] {
  const versions = within(field.versions, outer)
  const { type } = field
  const line: Line = {
    path,
    type: typeName(type),
    versions,
    nullable: within(field.nullableVersions, versions),
    defaultValue: tableDefault(field),
    ignorable: field.isIgnorable,
    tag: field.tag,
    rigid: field.isRigid,
  }
  const inner = type.kind === 'array' ? type.element : type
  return [line, ...(inner.kind === 'struct' ? tableLines(inner.fields, `${path}.`, versions) : [])]
}

const typeName = (type: FieldType): string => (type.kind === 'array' ? `array of ${typeName(type.element)}` : type.kind)

/** Undefined where it is what the type says. */
function tableDefault({ type, defaultValue }: Field<unknown>): unknown {
  if (type.kind === 'records') return undefined
  if (defaultValue === null) return null
  const usual = type.kind === 'bool' ? false : type.kind === 'string' ? '' : 0
  return typeof defaultValue === 'object' || type.kind === 'uuid' || defaultValue === usual ? undefined : defaultValue
}

// ── Kafka's definitions ─────────────────────────────────────────────────────────────────────────────

export interface Definition {
  readonly name: string
  readonly apiKey?: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly DefinedField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly DefinedField[] }[]
}

export interface DefinedField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly flexibleVersions?: string
  readonly tag?: number
  readonly default?: unknown
  readonly ignorable?: boolean
  readonly fields?: readonly DefinedField[]
}

export const definitionsIn = (folder: string): readonly Definition[] =>
  readdirSync(join(definitionsFolder, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.json'))
    .map(file => JSON.parse(readFileSync(join(definitionsFolder, folder, file), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')))

export function linesOfDefinition(definition: Definition): string[] {
  const versions = all(definition.validVersions)
  const flexible = within(definition.flexibleVersions, versions)
  const head = `${definition.name} key ${definition.apiKey}, versions ${spread(versions)}, flexible ${spread(flexible)}`
  return [head, ...definedLines(definition.fields, '', versions, definition).map(print)]
}

const definedLines = (fields: readonly DefinedField[], prefix: string, outer: readonly number[], of: Definition): Line[] =>
  fields.flatMap(field => {
    const path = `${prefix}${field.name[0]!.toLowerCase()}${field.name.slice(1)}`
    const versions = within(field.versions ?? field.taggedVersions, outer)
    const element = field.type.replace('[]', '')
    const structFields = field.fields ?? of.commonStructs?.find(struct => struct.name === element)?.fields
    const type = structFields === undefined ? element : 'struct'
    const line: Line = {
      path,
      type: field.type.startsWith('[]') ? `array of ${type}` : type,
      versions,
      nullable: within(field.nullableVersions, versions),
      defaultValue: definedDefault(field),
      ignorable: field.ignorable === true,
      tag: field.tag,
      rigid: field.flexibleVersions === 'none',
    }
    // Never tagged in some of its versions only.
    if (field.tag !== undefined && spread(within(field.taggedVersions, versions)) !== spread(versions))
      return [{ ...line, tag: NaN }]
    return [line, ...(structFields === undefined ? [] : definedLines(structFields, `${path}.`, versions, of))]
  })

function definedDefault({ type, default: value }: DefinedField): unknown {
  // A null that is no text is none to Kafka: the default is what the type says.
  if (value === undefined || value === null || type === 'records') return undefined
  if (value === 'null') return null
  if (type === 'string') return value === '' ? undefined : value
  if (type === 'bool') return String(value) === 'true' ? true : undefined
  return Number(value) === 0 ? undefined : Number(value)
}
