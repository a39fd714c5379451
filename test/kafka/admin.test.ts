/** Our broker in the conversations about topics and properties that were held with a real Kafka 4.3. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { memoryFiles } from '#src/base/memory-files.ts'
import { AdminConversation } from '#src/testing/admin-script.ts'
import { testBroker } from '#src/testing/broker.ts'
import { BrokerPeer, printStep, stepsOf } from '#src/testing/transaction-script.ts'

const folder = fileURLToPath(new URL('admin/', import.meta.url))
const scripts = readdirSync(folder).filter(name => name.endsWith('.script'))

test.each(scripts)('%s', async name => {
  const broker = await testBroker({ files: memoryFiles(1024 ** 3) })
  const conversation = new AdminConversation(new BrokerPeer(broker), `${name.replace('.script', '')}-its-`)
  const script = readFileSync(folder + name, 'utf8')
  const lines: string[] = []
  for (const { request } of stepsOf(script)) lines.push(printStep({ request, answer: await conversation.step(request) }))
  expect(lines.join('\n')).toBe(script)
  await broker.stop()
})
