/** `/subjects`: what is registered under which name. */
import { schemaNotFound, subjectNotFound } from '../errors.ts'
import type { Filter } from '../queries.ts'
import { normalizeSubject } from '../subject.ts'
import { flag, page, schemaRequestOf, versionOf } from './parameters.ts'
import { textOf, versionMembers } from './representations.ts'
import { type Call, Raw, type Route, route } from './route.ts'

export const SUBJECTS: readonly Route[] = [
  route('GET', '/subjects', ({ registry, query }) =>
    page(registry.queries.subjects(query.get('subjectPrefix') ?? ':*:', filterOf(query)), query),
  ),
  route('POST', '/subjects/:subject', lookUp),
  route('DELETE', '/subjects/:subject', ({ registry, names, query }) =>
    registry.deleteSubject(normalizeSubject(names['subject']!), flag(query, 'permanent')),
  ),
  route('GET', '/subjects/:subject/versions', listVersions),
  route('POST', '/subjects/:subject/versions', register),
  route('GET', '/subjects/:subject/versions/:version', call =>
    versionMembers(call.registry, requiredVersion(call, flag(call.query, 'deleted')), call.query),
  ),
  route('DELETE', '/subjects/:subject/versions/:version', ({ registry, names, query }) =>
    registry.deleteVersion(normalizeSubject(names['subject']!), versionOf(names['version']!), flag(query, 'permanent')),
  ),
  route(
    'GET',
    '/subjects/:subject/versions/:version/schema',
    call => new Raw(textOf(call.registry, requiredVersion(call, flag(call.query, 'deleted')), call.query)),
  ),
  route('GET', '/subjects/:subject/versions/:version/referencedby', call => {
    const { subject, version } = requiredVersion(call, true)
    return page(call.registry.queries.referrers(subject, version, flag(call.query, 'deleted')), call.query)
  }),
]

function filterOf(query: URLSearchParams): Filter {
  if (flag(query, 'deletedOnly')) return 'deleted'
  return flag(query, 'deleted') ? 'all' : 'live'
}

function requiredVersion({ registry, names }: Call, deleted: boolean) {
  return registry.queries.required(normalizeSubject(names['subject']!), versionOf(names['version']!), deleted)
}

function lookUp({ registry, names, query, body }: Call) {
  const subject = normalizeSubject(names['subject']!)
  const deleted = flag(query, 'deleted')
  const found = registry.lookUp(subject, schemaRequestOf(body), { normalize: flag(query, 'normalize'), deleted })
  if (found !== undefined) return versionMembers(registry, found, query)
  throw registry.store.hasSubjects(subject, deleted) ? schemaNotFound() : subjectNotFound(subject)
}

function listVersions({ registry, names, query }: Call) {
  const subject = normalizeSubject(names['subject']!)
  const negative = flag(query, 'deletedAsNegative')
  const filter = filterOf(query)
  if (!registry.store.hasSubjects(subject, filter !== 'live')) throw subjectNotFound(subject)
  const versions = registry.store
    .versions(subject)
    .filter(({ deleted }) => negative || filter === 'all' || deleted === (filter === 'deleted'))
    .map(({ version, deleted }) => (negative && deleted ? -version : version))
  return page(versions, query)
}

async function register({ registry, names, query, body }: Call) {
  const request = schemaRequestOf(body)
  const options = { normalize: flag(query, 'normalize'), force: flag(query, 'force') }
  const { id } = await registry.register(normalizeSubject(names['subject']!), request, options)
  return { id }
}
