import { expect, test } from 'vitest'
import { FetchSession, type FetchedAt } from './fetch-session.ts'

/** `a-0@5` as a wish. */
const wanted = (...texts: string[]): Map<string, FetchedAt> =>
  new Map(
    texts.map(text => {
      const [, topic, partition, offset] = /^(\w+)-(\d+)@(\d+)$/.exec(text)!
      return [
        `${topic}-${partition}`,
        {
          topic: topic!,
          topicId: `id of ${topic}`,
          partition: Number(partition),
          offset: Number(offset),
          maxBytes: 1,
          leaderEpoch: 0,
        },
      ]
    }),
  )

const say = (session: FetchSession, ...texts: string[]): string => {
  const { sessionId, sessionEpoch, asked, forgotten } = session.next(wanted(...texts))
  const gone = forgotten.map(p => ` −${p.topic}-${p.partition}`).join('')
  return `${sessionId}/${sessionEpoch}${asked.map(p => ` ${p.topic}-${p.partition}@${p.offset}`).join('')}${gone}`
}

test('a session is told what is new', () => {
  const session = new FetchSession()
  expect(say(session, 'a-0@5', 'a-1@7')).toBe('0/0 a-0@5 a-1@7')
  session.answered(42)
  expect(say(session, 'a-0@5', 'a-1@9')).toBe('42/1 a-1@9')
  session.answered(42)
  expect(say(session, 'a-1@9', 'b-0@0')).toBe('42/2 b-0@0 −a-0')
  session.answered(42)
  expect(say(session, 'a-1@9', 'b-0@0')).toBe('42/3')
})

test('without a session, or after one was lost, all is told', () => {
  const session = new FetchSession()
  say(session, 'a-0@5')
  session.answered(0)
  expect(say(session, 'a-0@6')).toBe('0/0 a-0@6')
  session.answered(7)
  session.reset()
  expect(say(session, 'a-0@6')).toBe('0/0 a-0@6')
})

test('a topic that was made anew is another one', () => {
  const session = new FetchSession()
  say(session, 'a-0@5')
  session.answered(7)
  const again = new Map([...wanted('a-0@5')].map(([name, at]) => [name, { ...at, topicId: 'another id' }]))
  expect(session.next(again)).toMatchObject({ asked: [{ topicId: 'another id' }], forgotten: [{ topicId: 'id of a' }] })
})
