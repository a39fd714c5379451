/**
 * The handler as a listener of `node:http`.
 *
 *     http.createServer(listener(restHandler(registry, settings))).listen(8081)
 *
 * Bodies are bounded; a client that sends more is answered with 413 and read no further.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RegistryError } from '../errors.ts'
import type { RestHandler } from './handler.ts'
import { CONTENT_TYPES, type RestRequest } from './message.ts'

/** A record of `_schemas` holds 1 MiB unless it is configured otherwise; as JSON a schema is longer. */
export const MAX_BODY_BYTES = 4 << 20

const UNCACHED = 'no-cache, no-store, must-revalidate'

export interface ListenerSettings {
  readonly maxBodyBytes?: number
  /** Told of bugs: they are answered with 500. */
  readonly failed?: (error: unknown) => void
}

export function listener(
  handle: RestHandler,
  { maxBodyBytes = MAX_BODY_BYTES, failed = () => undefined }: ListenerSettings = {},
) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    respond(incoming, outgoing, handle, maxBodyBytes).catch((error: unknown) => {
      if (!(error instanceof RegistryError)) failed(error)
      const known = error instanceof RegistryError ? error : new RegistryError(500, 'Internal Server Error')
      if (outgoing.headersSent || outgoing.destroyed) return
      if (!incoming.complete) outgoing.setHeader('connection', 'close')
      outgoing.writeHead(known.status, { 'content-type': CONTENT_TYPES[0] })
      outgoing.end(JSON.stringify({ error_code: known.errorCode, message: known.message }))
    })
  }
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: RestHandler,
  maxBytes: number,
): Promise<void> {
  const response = await handle(await requestOf(incoming, maxBytes))
  const body = Buffer.from(response.body)
  const headers = { 'content-type': response.contentType, 'content-length': body.length, 'cache-control': UNCACHED }
  outgoing.writeHead(response.status, headers)
  outgoing.end(incoming.method === 'HEAD' ? undefined : body)
}

async function requestOf(incoming: IncomingMessage, maxBytes: number): Promise<RestRequest> {
  const [path, query = ''] = splitOnce(incoming.url ?? '/', '?')
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers,
    body: await bodyOf(incoming, maxBytes),
  }
}

/** Stops at the limit and leaves the connection usable for the answer. */
function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else {
        incoming.pause()
        reject(new RegistryError(413, `The body is larger than ${maxBytes} bytes`))
      }
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    const brokenOff = () => reject(new RegistryError(400, 'The request broke off'))
    incoming.on('error', brokenOff)
    incoming.on('close', brokenOff)
  })
}

function splitOnce(text: string, sign: string): readonly [string, string?] {
  const at = text.indexOf(sign)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
