import { describe, expect, test } from 'vitest'
import { acl } from '../../../testing/acls.ts'
import { type TestBroker, type TestClient, testBroker } from '../../../testing/broker.ts'
import { authenticate, plainToken } from '../../../testing/sasl.ts'
import { type Acl, aclOf, aclText, numbersOf } from '../security/acl/acl.ts'

const listener = {
  name: 'SASL_PLAINTEXT',
  host: '127.0.0.1',
  port: 0,
  advertised: undefined,
  protocol: 'SASL_PLAINTEXT',
} as const
const properties = {
  'sasl.enabled.mechanisms': 'PLAIN',
  'millrace.users': 'admin:1,alice:1,bob:1',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:admin;User:root',
}
const aclBroker = () => testBroker({ listeners: [listener], properties })

async function as(user: string, { connect }: TestBroker): Promise<TestClient> {
  const client = connect()
  await authenticate(client, 'PLAIN', plainToken(user, '1'))
  return client
}

const creation = (text: string) => {
  const { patternType, ...rest } = numbersOf(acl(text))
  return { ...rest, resourcePatternType: patternType }
}
const create = (client: TestClient, ...texts: readonly string[]) =>
  client.ask('CreateAcls', 3, { creations: texts.map(creation) })

const everything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
async function describeAll(client: TestClient): Promise<string[]> {
  const { resources } = await client.ask('DescribeAcls', 3, everything)
  return resources.flatMap(({ acls, ...resource }) => acls.map(entry => aclText(aclOf({ ...resource, ...entry }) as Acl)))
}

const READ = 'ALLOW User:alice from * READ on TOPIC orders'
const WRITE = 'ALLOW User:alice from * WRITE on TOPIC ord…'

describe('ACLs', () => {
  test('are created, described, there after a restart, and deleted', async () => {
    const first = await aclBroker()
    const admin = await as('admin', first)
    expect((await create(admin, READ, WRITE, READ)).results).toEqual([1, 2, 3].map(() => ({ errorCode: 0, errorMessage: '' })))
    expect(await describeAll(admin)).toEqual([READ, WRITE])
    const second = await first.restart()
    const again = await as('admin', second)
    expect(await describeAll(again)).toEqual([READ, WRITE])
    const filters = [{ ...everything, operation: 3 }, everything]
    const { filterResults } = await again.ask('DeleteAcls', 3, { filters })
    expect(filterResults.map(result => result.matchingAcls.length)).toEqual([1, 2])
    const third = await second.restart()
    expect(await describeAll(await as('admin', third))).toEqual([])
    await third.stop()
  })

  test('impossible ones are refused, each for itself', async () => {
    const broker = await aclBroker()
    const admin = await as('admin', broker)
    const changed = (more: object) => ({ ...creation(READ), ...more })
    const creations = [
      changed({}),
      changed({ resourceName: '' }),
      changed({ resourceType: 4, resourceName: 'x' }),
      changed({ principal: 'alice' }),
      changed({ operation: 1 }),
      changed({ permissionType: 0 }),
      changed({ resourcePatternType: 2 }),
      changed({ resourceType: 99 }),
    ]
    const { results } = await admin.ask('CreateAcls', 3, { creations })
    expect(results.map(result => result.errorCode)).toEqual([0, 42, 42, 42, 42, 42, 42, 42])
    expect((await admin.ask('DescribeAcls', 3, { ...everything, operation: 0 })).errorCode).toBe(42)
    await broker.stop()
  })

  test('are for those who may alter the cluster', async () => {
    const broker = await aclBroker()
    const alice = await as('alice', broker)
    expect((await create(alice, READ)).results[0]!.errorCode).toBe(31)
    expect((await alice.ask('DescribeAcls', 3, everything)).errorCode).toBe(31)
    expect((await alice.ask('DeleteAcls', 3, { filters: [everything] })).filterResults[0]!.errorCode).toBe(31)
    await create(await as('admin', broker), 'ALLOW User:alice from * ALTER on CLUSTER kafka-cluster')
    expect((await create(alice, READ)).results[0]!.errorCode).toBe(0)
    await broker.stop()
  })

  test('without an authorizer there are none', async () => {
    const broker = await testBroker()
    const client = broker.connect()
    expect((await create(client, READ)).results[0]!.errorCode).toBe(54)
    expect((await client.ask('DescribeAcls', 3, everything)).errorCode).toBe(54)
    expect((await client.ask('DeleteAcls', 3, { filters: [everything] })).filterResults[0]!.errorCode).toBe(54)
    await broker.stop()
  })
})

describe('a client that may not', () => {
  async function withOrders() {
    const broker = await aclBroker()
    const admin = await as('admin', broker)
    await admin.createTopic('orders')
    await admin.produce('orders', 0, ['a'])
    return { broker, admin, alice: await as('alice', broker) }
  }

  test('produce', async () => {
    const { broker, admin, alice } = await withOrders()
    expect((await alice.produce('orders', 0, ['b'])).errorCode).toBe(29)
    expect((await alice.produce('nowhere', 0, ['b'])).errorCode).toBe(29)
    await create(admin, WRITE)
    expect((await alice.produce('orders', 0, ['b'])).errorCode).toBe(0)
    await broker.stop()
  })

  test('fetch', async () => {
    const { broker, admin, alice } = await withOrders()
    expect((await alice.fetch('orders', 0)).errorCode).toBe(29)
    expect((await alice.fetch('nowhere', 0)).errorCode).toBe(29)
    await create(admin, READ)
    expect((await alice.fetch('orders', 0)).records.map(record => record.value)).toEqual(['a'])
    await broker.stop()
  })

  test('ask for offsets and epochs', async () => {
    const { broker, admin, alice } = await withOrders()
    const offsets = async () => {
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
      return (await alice.ask('ListOffsets', 5, { topics })).topics[0]!.partitions[0]!
    }
    const epochs = async () => {
      const topics = [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0, currentLeaderEpoch: -1 }] }]
      return (await alice.ask('OffsetForLeaderEpoch', 4, { topics })).topics[0]!.partitions[0]!.errorCode
    }
    expect([(await offsets()).errorCode, await epochs()]).toEqual([29, 29])
    await create(admin, READ)
    expect([await offsets(), await epochs()]).toMatchObject([{ errorCode: 0, offset: 1 }, 0])
    await broker.stop()
  })

  test('delete a topic', async () => {
    const { broker, admin, alice } = await withOrders()
    const codes = async () =>
      (await alice.ask('DeleteTopics', 5, { topicNames: ['orders', 'nowhere'] })).responses.map(r => r.errorCode)
    expect(await codes()).toEqual([29, 29])
    await create(admin, 'ALLOW User:alice from * DELETE on TOPIC *')
    expect(await codes()).toEqual([0, 3])
    await broker.stop()
  })

  test('a topic by its id keeps its name to itself', async () => {
    const { broker, admin, alice } = await withOrders()
    const topics = [{ name: null, topicId: broker.broker.topics.named('orders')!.id }]
    const answer = async () => (await alice.ask('DeleteTopics', 6, { topics })).responses[0]!
    expect(await answer()).toMatchObject({ errorCode: 29, name: null })
    await create(admin, 'ALLOW User:alice from * DESCRIBE on TOPIC orders')
    expect(await answer()).toMatchObject({ errorCode: 29, name: 'orders' })
    await broker.stop()
  })

  test('be an idempotent producer', async () => {
    const { broker, admin, alice } = await withOrders()
    const code = async (transactionalId: string | null = null) =>
      (await alice.ask('InitProducerId', 4, { transactionalId, transactionTimeoutMs: 1000 })).errorCode
    expect([await code(), await code('t1')]).toEqual([31, 53])
    await create(admin, WRITE)
    expect(await code()).toBe(0)
    await broker.stop()
  })

  test('write within a transaction of somebody else', async () => {
    const { broker, admin, alice } = await withOrders()
    await create(admin, WRITE)
    const batch = { transactionalId: 't1', producerId: 1, producerEpoch: 0, baseSequence: 0, transactional: true }
    expect((await alice.produce('orders', 0, ['b'], batch)).errorCode).toBe(53)
    await broker.stop()
  })
})
