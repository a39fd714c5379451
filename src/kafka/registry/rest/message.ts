/** A request and its answer, without a server: what stands between the registry's paths and `node:http`. */

export interface RestRequest {
  /** Upper case. */
  readonly method: string
  /** As it came, percent-encoded, without the query: `/subjects/orders%2Fvalue/versions`. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface RestResponse {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** The registry's own types first: the one that a client gets who does not mind. */
export const CONTENT_TYPES = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
] as const

/** The first of ours that the client takes; undefined if there is none. */
export function negotiated(accept: string | undefined): string | undefined {
  if (accept === undefined || accept.trim() === '') return CONTENT_TYPES[0]
  const ranges = accept.split(',').map(range => range.split(';').map(part => part.trim().toLowerCase()))
  const wanted = ranges
    .map(([type, ...parameters]) => ({ type: type!, weight: weightOf(parameters) }))
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
  for (const { type } of wanted) {
    const found = CONTENT_TYPES.find(ours => type === ours || type === '*/*' || type === 'application/*')
    if (found !== undefined) return found
  }
  return undefined
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find(parameter => parameter.startsWith('q='))
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return Number.isNaN(weight) ? 1 : weight
}

/** Types that say nothing of the body: what curl calls any, and what somebody does who does not know. */
const UNTOLD = ['application/x-www-form-urlencoded', 'application/octet-stream']

/** Whether a body is read: one of our types, or of none. A web page may send the latter anywhere, and is not listened to. */
export function isReadable({ 'content-type': contentType = '', origin }: RestRequest['headers']): boolean {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (CONTENT_TYPES.some(ours => ours === type)) return true
  return (type === '' || UNTOLD.includes(type)) && origin === undefined
}
