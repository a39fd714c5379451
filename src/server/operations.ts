/**
 * A server's HTTP side for those who run it: `/metrics` for Prometheus, `/health/live` and `/health/ready` for whoever starts
 * and stops processes.
 */
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MillraceError } from '../base/errors.ts'

export interface OperationsOptions {
  readonly host: string
  readonly port: number
  metrics(): string
  /** Undefined when requests are served; else why not. */
  notReady(): string | undefined
}

export interface OperationsServer {
  readonly port: number
  close(): Promise<void>
}

export async function startOperations({ host, port, metrics, notReady }: OperationsOptions): Promise<OperationsServer> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
    switch (new URL(request.url ?? '/', 'http://host').pathname) {
      case '/metrics':
        return answer(200, metrics(), 'text/plain; version=0.0.4; charset=utf-8')
      case '/health/live':
        return answer(200, 'live\n')
      case '/health/ready': {
        const reason = notReady()
        return reason === undefined ? answer(200, 'ready\n') : answer(503, `${reason}\n`)
      }
      default:
        return answer(404, 'there are /metrics, /health/live and /health/ready\n')
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(new MillraceError('LISTENER', 'external', `can not listen on ${host}:${port}: ${error.message}`, { cause: error })),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
