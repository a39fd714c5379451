/** Asks a real Kafka what the scripts ask, and writes down what it answers: npm run record-admin -- 127.0.0.1:19092 [NAME…] */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AdminConversation } from '#src/testing/admin-script.ts'
import { type Step, printStep, stepsOf } from '#src/testing/transaction-script.ts'
import { RealPeer } from '../transactions/real-peer.ts'

const folder = fileURLToPath(new URL('../../../../test/kafka/admin/', import.meta.url))
const [address = '127.0.0.1:19092', ...names] = process.argv.slice(2)

for (const file of readdirSync(folder).filter(name => name.endsWith('.script'))) {
  const name = file.replace('.script', '')
  if (names.length > 0 && !names.includes(name)) continue
  const peer = await RealPeer.connect(address)
  // A name of its own for every run, so that nothing of an earlier one is in the way.
  const conversation = new AdminConversation(peer, `${name}-${Date.now().toString(36)}-`)
  const text = readFileSync(join(folder, file), 'utf8')
  const steps: Step[] = []
  for (const { request, answer } of stepsOf(text)) {
    const told = await conversation.step(request)
    if (told !== answer) console.log(`${name}: ${request} → ${told}${answer === undefined ? '' : ` (was ${answer})`}`)
    steps.push({ request, answer: told })
  }
  writeFileSync(join(folder, file), steps.map(printStep).join('\n'))
  peer.close()
}
