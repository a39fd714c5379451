/**
 * Confluent's REST API over a registry. Needs no server: a request comes in as data, and so does the answer go out.
 *
 *     const handle = restHandler(registry, { clusterId: 'XAh2…', version: '0.1.0' })
 *     await handle({ method: 'GET', path: '/subjects', query: new URLSearchParams(), headers: {}, body: '' })
 *     // { status: 200, contentType: 'application/vnd.schemaregistry.v1+json', body: '["orders-value"]' }
 *
 * Whatever goes wrong is an answer with an error code; only a bug of ours is thrown.
 */
import { MillraceError } from '../../../base/errors.ts'
import { RegistryError } from '../errors.ts'
import type { SchemaRegistry } from '../registry.ts'
import { normalizeSubject, printSubject, parseSubject } from '../subject.ts'
import { COMPATIBILITY } from './compatibility.ts'
import { CONTEXTS, type Target, withinContext } from './contexts.ts'
import { CONTENT_TYPES, type RestRequest, type RestResponse, isReadable, negotiated } from './message.ts'
import { NOTHING, Raw, type Route, match, route } from './route.ts'
import { SCHEMAS } from './schemas.ts'
import { SETTINGS } from './settings.ts'
import { SUBJECTS } from './subjects.ts'

export interface RestSettings {
  /** Of the Kafka cluster that holds the schemas. */
  readonly clusterId: string
  /** Of the program. */
  readonly version: string
}

export type RestHandler = (request: RestRequest) => Promise<RestResponse>

const GROUP = 'schema-registry'

const metadata = ({ clusterId, version }: RestSettings): readonly Route[] => [
  route('GET', '/', () => ({})),
  route('POST', '/', () => ({})),
  route('GET', '/v1/metadata/id', () => ({
    id: '',
    scope: { path: [], clusters: { 'kafka-cluster': clusterId, 'schema-registry-cluster': GROUP } },
  })),
  route('GET', '/v1/metadata/version', () => ({ version, commitId: '' })),
]

export function restHandler(registry: SchemaRegistry, settings: RestSettings): RestHandler {
  const routes = [...metadata(settings), ...SUBJECTS, ...SCHEMAS, ...SETTINGS, ...COMPATIBILITY, ...CONTEXTS]

  async function answer(request: RestRequest): Promise<unknown> {
    const { segments, query } = aliased(registry, withinContext({ segments: segmentsOf(request.path), query: request.query }))
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const matched = match(routes, method, segments)
    if (matched.route === undefined) {
      throw matched.known ? new RegistryError(405, 'HTTP 405 Method Not Allowed') : new RegistryError(404, 'HTTP 404 Not Found')
    }
    const hasBody = request.body.trim() !== ''
    if (hasBody && !isReadable(request.headers)) throw new RegistryError(415, 'HTTP 415 Unsupported Media Type')
    registry.check()
    return matched.route.answer({ registry, names: matched.names, query, body: hasBody ? jsonOf(request.body) : undefined })
  }

  return async request => {
    const contentType = negotiated(request.headers['accept'])
    if (contentType === undefined) return refusal(new RegistryError(406, 'HTTP 406 Not Acceptable'), CONTENT_TYPES[0])
    try {
      const found = await answer(request)
      if (found === NOTHING) return { status: 204, contentType, body: '' }
      return { status: 200, contentType, body: found instanceof Raw ? found.text : JSON.stringify(found) }
    } catch (error) {
      if (error instanceof RegistryError) return refusal(error, contentType)
      if (error instanceof MillraceError && error.kind !== 'internal')
        return refusal(new RegistryError(500, error.message), contentType)
      throw error
    }
  }
}

const refusal = (error: RegistryError, contentType: string): RestResponse => ({
  status: error.status,
  contentType,
  body: JSON.stringify({ error_code: error.errorCode, message: error.message }),
})

function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').filter(segment => segment !== '')
  try {
    return segments.map(decodeURIComponent)
  } catch (error) {
    if (error instanceof URIError) throw new RegistryError(400, 'HTTP 400 Bad Request')
    throw error
  }
}

/** A subject that is configured as another name of a subject. */
function aliased(registry: SchemaRegistry, { segments, query }: Target): Target {
  const at = segments.indexOf('subjects') + 1
  if (at !== 1 && !(at === 2 && segments[0] === 'compatibility')) return { segments, query }
  const name = segments[at]
  const alias = name === undefined ? undefined : registry.store.config(normalizeSubject(name))?.alias
  if (name === undefined || alias === undefined || alias === '') return { segments, query }
  const { context } = parseSubject(name)
  const meant = parseSubject(alias)
  return { segments: segments.with(at, meant.name === alias ? printSubject({ context, name: alias }) : alias), query }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new RegistryError(400, 'The body is no JSON')
    throw error
  }
}
