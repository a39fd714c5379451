/** `/schemas`: what stands behind an id, and everything that there is. */
import { schemaNotFound } from '../errors.ts'
import type { SchemaValue } from '../records.ts'
import { SCHEMA_TYPES } from '../schema.ts'
import { parseSubject } from '../subject.ts'
import { flag, idOf, page } from './parameters.ts'
import { schemaMembers, textOf, versionMembers } from './representations.ts'
import { type Call, Raw, type Route, route } from './route.ts'

export const SCHEMAS: readonly Route[] = [
  route('GET', '/schemas', list),
  route('GET', '/schemas/types', () => SCHEMA_TYPES),
  route('GET', '/schemas/ids/:id', call => {
    const value = required(call)
    const { context } = parseSubject(value.subject)
    const maxId = flag(call.query, 'fetchMaxId') ? { maxId: call.registry.store.lastId(context) } : {}
    return { ...schemaMembers(call.registry, value, call.query), ...maxId }
  }),
  route('GET', '/schemas/ids/:id/schema', call => new Raw(textOf(call.registry, required(call), call.query))),
  route('GET', '/schemas/ids/:id/subjects', call =>
    page(Array.from(new Set(places(call).map(({ subject }) => subject))), call.query),
  ),
  route('GET', '/schemas/ids/:id/versions', call =>
    page(
      places(call).map(({ subject, version }) => ({ subject, version })),
      call.query,
    ),
  ),
]

function required({ registry, names, query }: Call): SchemaValue {
  const id = idOf(names['id']!)
  const found = registry.queries.byId(id, query.get('subject') ?? '')
  if (found === undefined) throw schemaNotFound(id)
  return found
}

function places({ registry, names, query }: Call): readonly SchemaValue[] {
  const found = registry.queries.placesById(idOf(names['id']!), query.get('subject') ?? '', flag(query, 'deleted'))
  if (found === undefined) throw schemaNotFound()
  return found
}

function list({ registry, query }: Call) {
  const deleted = flag(query, 'deleted')
  const latestOnly = flag(query, 'latestOnly')
  const found = registry.queries.subjects(query.get('subjectPrefix') || ':*:', deleted ? 'all' : 'live').flatMap(subject => {
    const versions = registry.store.versions(subject).filter(value => deleted || !value.deleted)
    return latestOnly ? versions.slice(-1) : versions
  })
  return page(found, query).map(value => versionMembers(registry, value, query))
}
