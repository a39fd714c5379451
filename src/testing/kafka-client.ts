/**
 * Our client over pipes to a broker in memory, in the test's time.
 *
 *     const broker = await testBroker()
 *     const client = clientOf(broker, { 'linger.ms': '0' })
 */
import type { Duplex } from 'node:stream'
import { seededRandom } from '../base/random.ts'
import { KafkaClient } from '../kafka/client/client.ts'
import type { Consumer } from '../kafka/client/consumer/consumer.ts'
import type { Rows } from '../kafka/client/consumer/fetched-records.ts'
import { type TestBroker, settled } from './broker.ts'

/** A way to the broker, whatever the address. */
export const dialTo =
  ({ broker }: Pick<TestBroker, 'broker'>) =>
  (): Duplex =>
    broker.listeners[0]!.pipe()

export function clientOf(
  broker: TestBroker,
  properties: Readonly<Record<string, string>> = {},
  options: { readonly dial?: () => Duplex; readonly warn?: (message: string) => void } = {},
): KafkaClient {
  return new KafkaClient({
    properties: { 'bootstrap.servers': 'broker:9092', 'linger.ms': '0', ...properties },
    clock: broker.time.clock,
    timers: broker.time,
    random: seededRandom(7),
    dial: dialTo(broker),
    ...options,
  })
}

/** Records as `orders-0@5 key=value`, until none comes any more. */
export async function readAll(consumer: Consumer): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const rows = consumer.next()
    if (rows !== undefined) found.push(...textsOf(rows))
    else {
      await settled()
      if (consumer.bufferedBytes === 0) return found
    }
  }
}

export function textsOf({ partition, view, from, to }: Rows): string[] {
  const text = (start: number, end: number): string => (start < 0 ? '∅' : Buffer.from(view.bytes.subarray(start, end)).toString())
  return Array.from({ length: to - from }, (_, i) => {
    const row = from + i
    const key = view.keyStarts[row]! < 0 ? '' : `${text(view.keyStarts[row]!, view.keyEnds[row]!)}=`
    return `${partition.name}@${view.offsets[row]} ${key}${text(view.valueStarts[row]!, view.valueEnds[row]!)}`
  })
}
