/** A client for one table, that has found its cluster. */
import { KafkaClient } from '../../kafka/client/index.ts'
import type { ConnectorContext } from '../connector.ts'
import type { KafkaTable } from './options.ts'

/** A cluster that can't be reached at all is told soon, before anything waits for it. */
const FIRST_CONTACT_MS = 5000

export async function openClient({ properties }: KafkaTable, context: ConnectorContext): Promise<KafkaClient> {
  const client = new KafkaClient({
    properties,
    clock: context.clock,
    timers: context.timers,
    random: context.random,
    memory: context.pool,
    warn: message => context.warn(message),
    ...(context.dial === undefined ? {} : { dial: context.dial }),
  })
  try {
    await client.retry(() => client.refresh([]), undefined, FIRST_CONTACT_MS)
    return client
  } catch (error) {
    client.close()
    throw error
  }
}
