/** Our broker in the conversations about transactions that were held with a real Kafka 4.3. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { testBroker } from '#src/testing/broker.ts'
import { BrokerPeer, Conversation, told } from '#src/testing/transaction-script.ts'

const folder = fileURLToPath(new URL('transactions/', import.meta.url))
const scripts = readdirSync(folder).filter(name => name.endsWith('.script'))

test.each(scripts)('%s', async name => {
  const broker = await testBroker()
  const peer = new BrokerPeer(broker)
  const script = readFileSync(folder + name, 'utf8')
  expect(await told(broker, script, new Conversation(peer, 'its.'))).toBe(script)
  await broker.stop()
})
