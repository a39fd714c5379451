/** `millrace schema-registry`: a schema registry over the topic `_schemas` of any Kafka, until it is told to stop. */
import { systemClock, systemTimers } from '../../base/clock.ts'
import { MillraceError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import { SchemaRegistryServer } from '../../server/schema-registry.ts'
import { logger } from '../../server/logger.ts'
import { UsageError } from '../usage-error.ts'
import type { ParsedCommand } from './arguments.ts'
import type { Surroundings } from './main.ts'

const LOOK_EVERY_MS = 500

export async function schemaRegistry(
  command: ParsedCommand,
  properties: Readonly<Record<string, string>>,
  { out, err, signal }: Pick<Surroundings, 'out' | 'err' | 'signal'>,
): Promise<void> {
  const address = addressOf(command.text('listen') ?? '8081')
  const log = logger({
    clock: systemClock,
    threshold: { level: 'info' },
    format: process.stderr.isTTY ? 'text' : 'json',
    write: line => void err.write(line),
  })
  // The client's usual name says nothing of what it is for.
  const { 'client.id': _, ...others } = properties
  const server = await SchemaRegistryServer.start({
    ...address,
    properties: others,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log,
  })
  try {
    await out.line(`schema registry on http://${address.host}:${server.port}`)
    await ended(server, signal)
  } finally {
    await server.close()
  }
}

/** Until a signal comes; fails when the topic can no longer be read: whoever watches over it starts it anew. */
function ended(server: SchemaRegistryServer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const { failure } = server
      if (failure === undefined && !signal.aborted) return
      clearInterval(timer)
      if (signal.aborted) resolve()
      else reject(new MillraceError('SCHEMA_REGISTRY', 'external', failure!))
    }, LOOK_EVERY_MS)
  })
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d+)$/.exec(text)
  if (match === null) throw new UsageError(`--listen is HOST:PORT, not '${text}'`)
  return { host: match[1] ?? '127.0.0.1', port: Number(match[2]) }
}
