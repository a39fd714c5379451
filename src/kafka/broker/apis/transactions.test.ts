/** Who may do what with transactions: everything is allowed but what a test says. */
import { describe, expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { BrokerPeer, Conversation, told } from '../../../testing/transaction-script.ts'

const PREPARED = `
topics a:1 b:1
p = init t v4
add p v3 a0
add-offsets p v3 g`

async function denied(rules: readonly string[], script: string, prepared = PREPARED): Promise<string> {
  const broker = await testBroker()
  const conversation = new Conversation(new BrokerPeer(broker))
  await told(broker, prepared, conversation)
  broker.broker.authorizer = {
    allows: (_, __, operation, type, name) => !rules.includes(`${operation} ${type} ${name}`),
    allowsAny: (_, __, operation, type) => !rules.some(rule => rule.startsWith(`${operation} ${type}`)),
  }
  const heard = await told(broker, script, conversation)
  await broker.stop()
  return heard.replaceAll(/ +→ ?/g, ' → ')
}

describe('who may not', () => {
  test('write under a transactional id', async () => {
    const script = `init t v4 → 53
add p v0 a0 → a0 53
add p v3 a0 b0 → a0 53, b0 53
add-offsets p v4 g → 53
offsets p v5 g a0:1 → a0 53
end p v5 commit → 53
produce p v11 a0 seq=0 x → 53
produce p v12 a0 seq=0 x → 53
produce - v12 outside a0 x → 0 @0`
    expect(await denied(['WRITE TRANSACTIONAL_ID t'], script)).toBe(script)
  })

  test('write to a topic', async () => {
    const script = `add p v3 a0 b0 → a0 55, b0 29
add p v3 b0 → b0 29
add p v5 a0 → a0 0
produce p v12 b0 seq=0 x → 29`
    expect(await denied(['WRITE TOPIC b'], script)).toBe(script)
  })

  test('act for the cluster, adds to transactions of his own all the same', async () => {
    const script = `add p v5 a0 → a0 0
add p v5 b0 → b0 29
add p v5 in=u a0 → a0 53`
    const rules = ['CLUSTER_ACTION CLUSTER kafka-cluster', 'WRITE TOPIC b', 'WRITE TRANSACTIONAL_ID u']
    expect(await denied(rules, script)).toBe(script)
  })

  test('read a group, or its topics', async () => {
    const script = `add-offsets p v4 g → 30
offsets p v3 g a0:1 → a0 30
add-offsets p v4 h → 0
offsets p v3 h a0:1 b0:1 → a0 0, b0 29`
    expect(await denied(['READ GROUP g', 'READ TOPIC b'], script)).toBe(script)
  })

  test('describe transactions sees none of them, who may not describe topics none of these', async () => {
    expect(await denied(['DESCRIBE TRANSACTIONAL_ID t'], 'describe t\nlist v2')).toBe('describe t → 53\nlist v2 → 0')
    expect(await denied(['DESCRIBE TOPIC a'], 'describe t')).toBe('describe t → Ongoing A/0 60000 began offsets')
    expect(await denied(['READ TOPIC a'], 'producers a0')).toBe('producers a0 → 29')
  })

  test('alter the cluster ends nobody’s transactions', async () => {
    const script = 'markers p v1 abort a0 b0 → a0 31, b0 31'
    expect(await denied(['ALTER CLUSTER kafka-cluster', 'CLUSTER_ACTION CLUSTER kafka-cluster'], script)).toBe(script)
    expect(await denied(['ALTER CLUSTER kafka-cluster'], 'markers p v1 abort a0')).toBe('markers p v1 abort a0 → a0 0')
  })

  test('write idempotently, nor to any topic, gets no producer id', async () => {
    const idempotent = 'IDEMPOTENT_WRITE CLUSTER kafka-cluster'
    expect(await denied([idempotent], 'init - v4')).toBe('init - v4 → 0 B/0')
    expect(await denied([idempotent, 'WRITE TOPIC a'], 'init - v4')).toBe('init - v4 → 31')
  })
})
