/** Schemas as answers show them. The type is left out for Avro, references where there are none. */
import type { SchemaRegistry } from '../registry.ts'
import type { SchemaValue } from '../records.ts'
import { type SchemaReference } from '../schema.ts'
import { DEFAULT_CONTEXT, parseSubject, qualify } from '../subject.ts'

/** How texts and references are wanted: `format`, `referenceFormat`. */
export function schemaMembers(registry: SchemaRegistry, value: SchemaValue, query: URLSearchParams) {
  const references = query.get('referenceFormat') === 'qualified' ? qualified(value) : value.references
  return {
    ...(value.schemaType === 'AVRO' ? {} : { schemaType: value.schemaType }),
    ...(references.length === 0 ? {} : { references }),
    ...(value.rest['metadata'] === undefined ? {} : { metadata: value.rest['metadata'] }),
    ...(value.rest['ruleSet'] === undefined ? {} : { ruleSet: value.rest['ruleSet'] }),
    schema: textOf(registry, value, query),
  }
}

export function versionMembers(registry: SchemaRegistry, value: SchemaValue, query: URLSearchParams) {
  const { subject, version, id } = value
  return { subject, version, id, ...schemaMembers(registry, value, query), ...(value.deleted ? { deleted: true } : {}) }
}

export function textOf(registry: SchemaRegistry, value: SchemaValue, query: URLSearchParams): string {
  const format = query.get('format')?.trim() ?? ''
  return format === '' ? value.schema : registry.reader.registered(value).format(format)
}

function qualified({ subject, references }: SchemaValue): readonly SchemaReference[] {
  if (parseSubject(subject).context === DEFAULT_CONTEXT) return references
  return references.map(reference => ({ ...reference, subject: qualify(reference.subject, subject) }))
}
