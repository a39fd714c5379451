import { describe, expect, test } from 'vitest'
import type { DataFile, Files } from '../../../base/files.ts'
import { memoryFiles } from '../../../base/memory-files.ts'
import { type TestBroker, batchOf, settled, testBroker } from '../../../testing/broker.ts'
import { stateNames } from './states.ts'
import { BrokerPeer, Conversation, told } from '../../../testing/transaction-script.ts'

/** A script comes out as it went in. */
async function holds(broker: TestBroker, script: string, conversation?: Conversation): Promise<void> {
  const trimmed = script.replaceAll(/^ +| +$/gm, '').trim()
  const heard = await told(broker, trimmed, conversation)
  expect(heard.replaceAll(/ +→/g, ' →')).toBe(trimmed.replaceAll(/ +→/g, ' →'))
}

/** Files in memory that stop at a sync of a partition, or have no room for one, as long as they are told to. */
class StubbornFiles {
  holdsBack = false
  isFull = false
  readonly files: Files
  #waiting: (() => void)[] = []

  constructor() {
    const inner = memoryFiles()
    const ofPartition = (file: DataFile) => /\/\w+-\d+\/\d+\.log$/.test(file.path)
    this.files = Object.assign(Object.create(inner) as Files, {
      lock: async () => async () => {},
      sync: async (files: readonly DataFile[], lane: 'commit' | 'upkeep') => {
        if (this.holdsBack && files.some(ofPartition)) await new Promise<void>(resolve => this.#waiting.push(resolve))
        await inner.sync(files, lane)
      },
      open: async (path: string, how: 'read' | 'write' | 'create') => {
        const file = await inner.open(path, how)
        const refuse = () => {
          if (this.isFull && ofPartition(file)) throw Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC' })
        }
        return Object.assign(Object.create(file) as DataFile, {
          write: async (parts: readonly Uint8Array[], position: number) => {
            refuse()
            await file.write(parts, position)
          },
          writeNow: (parts: readonly Uint8Array[], position: number) => {
            refuse()
            file.writeNow(parts, position)
          },
          bytes: () => file.bytes(),
          read: (into: Uint8Array, position: number) => file.read(into, position),
          readNow: (into: Uint8Array, position: number) => file.readNow(into, position),
          truncate: (bytes: number) => file.truncate(bytes),
          close: () => file.close(),
        })
      },
    })
  }

  goOn(): void {
    this.holdsBack = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** A transaction that is decided, and whose marker does not become durable. */
async function decided(end: string, produce = 'produce p v11 a0 seq=0 x') {
  const stubborn = new StubbornFiles()
  const broker = await testBroker({ files: stubborn.files, log: () => {} })
  const conversation = new Conversation(new BrokerPeer(broker))
  await told(broker, `topics a:2\np = init t v4\nadd p v3 a0\nadd-offsets p v3 g\n${produce}`, conversation)
  stubborn.holdsBack = true
  const ended = told(broker, end, conversation)
  await settled()
  return { stubborn, broker, conversation, ended }
}

describe('while markers are written', () => {
  test.each(['commit', 'abort'])('everybody waits: %s', async outcome => {
    const { stubborn, broker, conversation } = await decided(`end p v4 ${outcome}`)
    const state = outcome === 'commit' ? 'Commit' : 'Abort'
    await holds(
      broker,
      `describe t                 → Prepare${state} A/0 60000 began a0 offsets
       list v0 state=Prepare${state} → 0, t A Prepare${state}
       fetch a0 committed         → nothing | stable 0 of 1
       init! t v0                 → 51
       init! t v5 as=p            → 51
       add! p v0 a0               → a0 51
       add! p v3 a1               → a1 51
       add! p v5 a0 a1            → a0 51, a1 51
       add! p v5 verify a0        → a0 51
       add! p v5 in=u a0          → a0 49
       add-offsets! p v4 g        → 51
       offsets! p v3 g a0:1       → a0 51
       offsets! p v4 g a0:1       → a0 51
       offsets! p v5 g a0:1       → a0 51
       produce! p v10 a0 seq=1 y  → 19
       produce! p v11 a0 seq=1 y  → 19
       produce! p v12 a0 seq=1 y  → 51
       produce! p v12 a1 seq=0 y  → 51
       end! p v0 ${outcome}       → 51
       end! p v4 commit           → 51
       end! p v4 abort            → 51
       end! p v5 commit           → 51
       end p+1 v4 commit          → 90
       end p+1 v1 commit          → 47`,
      conversation,
    )
    stubborn.goOn()
    await holds(
      broker,
      `end p v4 ${outcome}         → 0
       describe t                 → Complete${state} A/0 60000 began
       fetch a0 committed         → x | stable 2 of 2${outcome === 'commit' ? '' : ' | aborted A@0'}`,
      conversation,
    )
    await broker.stop()
  })

  test('by version 2 a request that comes again waits, too', async () => {
    const { stubborn, broker, conversation, ended } = await decided('q = end p v5 commit')
    await ended
    await holds(
      broker,
      `describe t                 → PrepareCommit A/1 60000 began a0 offsets
       end! p v5 commit           → 51
       end! p v5 abort            → 51
       end! q v5 commit           → 51
       produce! q v12 a0 seq=0 y  → 51`,
      conversation,
    )
    stubborn.goOn()
    await holds(
      broker,
      `end p v5 commit            → 0 A/1
       produce q v12 a0 seq=0 y   → 0 @2`,
      conversation,
    )
    await broker.stop()
  })

  test.each(['commit', 'abort'])('what is decided is finished after a crash: %s', async outcome => {
    const produce = 'produce p v11 a0 seq=0 x\noffsets p v3 g a0:7'
    const { stubborn, broker } = await decided(`end p v4 ${outcome}`, produce)
    expect(stateNames[broker.broker.transactions.get('t')!.state]).toBe(outcome === 'commit' ? 'PrepareCommit' : 'PrepareAbort')
    // What the one before waits for never comes.
    stubborn.holdsBack = false
    const after = await testBroker({ files: stubborn.files, time: broker.time })
    const { groups } = await after.connect().ask('OffsetFetch', 8, { groups: [{ groupId: 'g', topics: null }] })
    const offsets = groups[0]!.topics.flatMap(topic => topic.partitions.map(one => one.committedOffset))
    expect(offsets).toEqual(outcome === 'commit' ? [7] : [])
    // The marker stands there twice: the first one was written, and not synced.
    await holds(
      after,
      outcome === 'commit'
        ? `describe t         → CompleteCommit A/0 60000 began
           fetch a0 committed → x | stable 3 of 3`
        : `describe t         → CompleteAbort A/0 60000 began
           fetch a0 committed → x | stable 3 of 3 | aborted A@0`,
    )
    await after.stop()
  })

  test('a partition that has no room is asked again', async () => {
    const { stubborn, broker, conversation } = await decided('wait 0s')
    stubborn.goOn()
    stubborn.isFull = true
    await holds(
      broker,
      `end p v4 commit            → 0
       describe t                 → PrepareCommit A/0 60000 began a0 offsets
       fetch a0 committed         → nothing | stable 0 of 1`,
      conversation,
    )
    stubborn.isFull = false
    await holds(
      broker,
      `wait 3s
       describe t                 → CompleteCommit A/0 60000 began
       fetch a0 committed         → x | stable 2 of 2`,
      conversation,
    )
    await broker.stop()
  })

  test('a partition whose topic is deleted needs no marker', async () => {
    const { stubborn, broker, conversation } = await decided('end p v4 commit')
    const deleting = broker.broker.topics.delete(broker.broker.topics.named('a')!)
    await settled()
    stubborn.goOn()
    await deleting
    await holds(broker, 'describe t → CompleteCommit A/0 60000 began', conversation)
    await broker.stop()
  })
})

test('what is open stays open over a restart, and its producer goes on', async () => {
  const first = await testBroker()
  const peer = new BrokerPeer(first)
  await holds(
    first,
    `topics a:2
     p = init t v4            → 0 A/0
     add p v3 a0              → a0 0
     add p v3 a1              → a1 0
     produce p v11 a0 seq=0 x → 0 @0
     x = init - v4            → 0 B/0`,
    new Conversation(peer),
  )
  const second = await first.restart()
  const { producerId } = await second.connect().ask('InitProducerId', 4, { transactionalId: null, transactionTimeoutMs: 1000 })
  expect(producerId).toBeGreaterThan(1)
  const producer = second.broker.transactions.get('t')!
  const client = second.connect()
  const { errorCode } = await client.ask('EndTxn', 4, {
    transactionalId: 't',
    producerId: producer.producerId,
    producerEpoch: 0,
    committed: true,
  })
  expect(errorCode).toBe(0)
  await holds(
    second,
    `describe t               → CompleteCommit A/0 60000 began
     fetch a0 committed       → x | stable 2 of 2
     fetch a1 committed       → nothing | stable 1 of 1`,
  )
  await second.stop()
})

test('everything that is known of an id is there after a restart', async () => {
  const first = await testBroker()
  const conversation = new Conversation(new BrokerPeer(first))
  await told(
    first,
    `topics a:3 b:1
     p = init t v4
     q = init u v5 timeout=5000
     produce q v12 a0 seq=0 x
     produce q v12 b0 seq=0 x
     offsets q v5 g a0:1
     r = init w v5
     r = end r v5 abort
     init t v4 as=p`.replaceAll(/^ +/gm, ''),
    conversation,
  )
  const { transactions } = first.broker
  const before = [...transactions.snapshot()].map(entry => Buffer.from(entry).toString('hex'))
  const second = await first.restart()
  expect([...second.broker.transactions.snapshot()].map(entry => Buffer.from(entry).toString('hex'))).toEqual(before)
  // A request that comes again is known as one.
  const client = second.connect()
  const { producerId } = second.broker.transactions.get('t')!
  const again = { transactionalId: 't', transactionTimeoutMs: 60_000, producerId, producerEpoch: 0 }
  expect(await client.ask('InitProducerId', 4, again)).toMatchObject({ errorCode: 0, producerEpoch: 1 })
  await second.stop()
})

describe('what a partition has open and no transaction accounts for is aborted', () => {
  const stray = (producerId: number) =>
    batchOf(['x'], 1_700_000_000_000, { producerId, producerEpoch: 0, baseSequence: 0, transactional: true })

  test('when the broker starts', async () => {
    const first = await testBroker()
    await first.connect().createTopic('a')
    first.broker.topics.named('a')!.partitions[0]!.append(stray(7), 0)
    await settled()
    const second = await first.restart()
    await holds(second, 'fetch a0 committed → x | stable 2 of 2 | aborted A@0')
    await second.stop()
  })

  test('and while it runs; what is open stays', async () => {
    const broker = await testBroker()
    const conversation = new Conversation(new BrokerPeer(broker))
    await told(broker, 'topics a:1\np = init t v4\nadd p v3 a0\nproduce p v11 a0 seq=0 y', conversation)
    broker.broker.topics.named('a')!.partitions[0]!.append(stray(7), 0)
    await holds(
      broker,
      `wait 11s
       fetch a0 committed       → nothing | stable 0 of 3
       end p v4 commit          → 0
       fetch a0 committed       → y x | stable 4 of 4 | aborted B@1`,
      conversation,
    )
    await broker.stop()
  })

  test('and its producer, who sends it again, is not told that it is there', async () => {
    const broker = await testBroker()
    const conversation = new Conversation(new BrokerPeer(broker))
    await told(broker, 'topics a:1\np = init t v5', conversation)
    const { producerId } = broker.broker.transactions.get('t')!
    broker.broker.topics.named('a')!.partitions[0]!.append(stray(producerId), 0)
    await holds(
      broker,
      `wait 11s
       produce p v12 a0 seq=0 x → 47
       p = end p v5 abort       → 0 A/1
       produce p v12 a0 seq=0 x → 0 @3
       p = end p v5 commit      → 0 A/2
       fetch a0 committed       → x x | stable 5 of 5 | aborted A@0`,
      conversation,
    )
    await broker.stop()
  })
})

test('an id that nobody uses is forgotten, one with an open transaction is not', async () => {
  const broker = await testBroker({
    properties: {
      'transactional.id.expiration.ms': '3000',
      'transaction.remove.expired.transaction.cleanup.interval.ms': '500',
    },
  })
  const conversation = new Conversation(new BrokerPeer(broker))
  await holds(
    broker,
    `topics a:1
     p = init t v4            → 0 A/0
     q = init u v4            → 0 B/0
     add q v3 a0              → a0 0
     wait 2s
     init t v4                → 0 A/1
     wait 2s
     describe t               → Empty A/1 60000
     wait 2s
     describe t               → 105
     describe u               → Ongoing B/0 60000 began a0
     end p v4 commit          → 49
     init t v4                → 0 C/0`,
    conversation,
  )
  const again = await broker.restart()
  expect([...again.broker.transactions.all].map(one => one.transactionalId).toSorted()).toEqual(['t', 'u'])
  await again.stop()
})

test('an administrator who ends a transaction with a coordinator epoch of his own does not stop it', async () => {
  const broker = await testBroker()
  await holds(
    broker,
    `topics a:1
     p = init t v4                        → 0 A/0
     add p v3 a0                          → a0 0
     produce p v11 a0 seq=0 x             → 0 @0
     markers p v1 abort coordinator=9 a0  → a0 0
     produce p v11 a0 seq=1 y             → 0 @2
     end p v4 commit                      → 0
     describe t                           → CompleteCommit A/0 60000 began
     producers a0                         → A/0 last 1 coordinator 9 open -1
     fetch a0 committed                   → x y | stable 4 of 4 | aborted A@0`,
  )
  await broker.stop()
})

test('of a topic that is made anew, partitions have to be added anew', async () => {
  const broker = await testBroker()
  const conversation = new Conversation(new BrokerPeer(broker))
  await told(broker, 'topics a:1\np = init t v4\nadd p v3 a0', conversation)
  await broker.broker.topics.delete(broker.broker.topics.named('a')!)
  await holds(
    broker,
    `topics a:1
     produce p v11 a0 seq=0 x → 120
     add p v3 a0              → a0 0
     produce p v11 a0 seq=0 x → 0 @0
     end p v4 commit          → 0
     fetch a0 committed       → x | stable 2 of 2`,
    conversation,
  )
  await broker.stop()
})

test('a retry with the last epoch is answered by the epoch it asked for', async () => {
  const broker = await testBroker()
  await holds(
    broker,
    `p = init t v4            → 0 A/0
     bump 32765 t
     q = init t v4            → 0 A/32766
     bump 0 t
     init t v4 as=p           → 90`,
  )
  const client = broker.connect()
  const { producerId } = broker.broker.transactions.get('t')!
  broker.broker.transactions.get('t')!.lastEpoch = 32765
  const again = { transactionalId: 't', transactionTimeoutMs: 1000, producerId, producerEpoch: 32765 }
  expect(await client.ask('InitProducerId', 4, again)).toMatchObject({ errorCode: 0, producerEpoch: 32766 })
  await broker.stop()
})
