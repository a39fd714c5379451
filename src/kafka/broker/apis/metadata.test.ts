import { expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { ErrorCode } from '../../protocol/errors.ts'

/** Java's client asks by id and leaves the name what it is by default: empty, not null. */
test('a topic is asked for by its id, whatever stands in its name', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  await client.createTopic('orders')
  const topicId = (await client.ask('Metadata', 13, { topics: null })).topics![0]!.topicId
  const unknown = 'AAAAAAAAQACAAAAAAAAAAQ'
  for (const name of ['', null]) {
    const { topics } = await client.ask('Metadata', 13, {
      topics: [
        { name, topicId },
        { name, topicId: unknown },
      ],
    })
    expect(topics).toMatchObject([
      { errorCode: ErrorCode.NONE, name: 'orders', topicId },
      { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId: unknown },
    ])
  }
  await stop()
})
