/** Our broker in the conversations about transactions that were held with a real Kafka 4.3. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Broker } from '#src/kafka/broker/broker.ts'
import type { RequestOf } from '#src/kafka/protocol/apis.ts'
import { testBroker } from '#src/testing/broker.ts'
import { BrokerPeer, Conversation, told } from '#src/testing/transaction-script.ts'

const folder = fileURLToPath(new URL('transactions/', import.meta.url))
const scripts = readdirSync(folder).filter(name => name.endsWith('.script'))

test.each(scripts)('%s', async name => {
  const broker = await testBroker()
  const peer = new BrokerPeer(broker)
  const { ask } = peer
  peer.ask = (async (api, version, request) =>
    api === 'DeleteRecords' ? deleteRecords(broker.broker, request as never) : ask(api, version, request)) as typeof ask
  const script = readFileSync(folder + name, 'utf8')
  expect(await told(broker, script, new Conversation(peer, 'its.'))).toBe(script)
  await broker.stop()
})

/** What the script is about lies behind this request, which the broker need not serve for that. */
async function deleteRecords(broker: Broker, { topics }: RequestOf<'DeleteRecords'>) {
  const [{ name, partitions }] = topics as [(typeof topics)[number]]
  const [{ partitionIndex, offset }] = partitions as [(typeof partitions)[number]]
  broker.topics.startAt(broker.topics.named(name)!.partitions[partitionIndex]!, offset)
  return { topics: [{ partitions: [{ errorCode: 0, lowWatermark: offset }] }] }
}
