import { describe, expect, test } from 'vitest'
import { Session } from '../../engine/session.ts'
import { rowObject } from '../../engine/js-value.ts'

const tables = (options = '') => `CREATE TABLE events (
  event_type INT,
  person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>,
  auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3),
    seller BIGINT, category BIGINT, extra VARCHAR>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>
) WITH ('connector' = 'nexmark', 'events.num' = '5000'${options});`

// oxlint-disable-next-line typescript/no-explicit-any
async function rows(query: string, options?: string): Promise<any[]> {
  const session = new Session({ config: [['table.local-time-zone', 'UTC']] })
  const found = []
  for await (const outcome of session.execute(`${tables(options)}${query}`)) {
    if (outcome.kind !== 'query') continue
    for await (const { row } of outcome.query.changes()) found.push(rowObject(outcome.query.schema, row))
  }
  return found
}

describe('the shape of the stream', () => {
  test('one person, three auctions and 46 bids in each fifty, an auction first', async () => {
    const [counts] = await rows('SELECT COUNT(person.id) AS p, COUNT(auction.id) AS a, COUNT(bid.auction) AS b FROM events')
    expect(counts).toEqual({ p: 100n, a: 300n, b: 4600n })
    expect(await rows('SELECT event_type FROM events LIMIT 3')).toEqual([{ event_type: 1 }, { event_type: 1 }, { event_type: 2 }])
  })

  test('identifiers count up, and only the row of its kind is set', async () => {
    const people = await rows('SELECT person.id AS id, auction, bid FROM events WHERE event_type = 0')
    expect(people.map(p => p.id)).toEqual(Array.from({ length: 100 }, (_, i) => BigInt(1001 + i)))
    expect(people.every(p => p.auction === null && p.bid === null)).toBe(true)
  })

  test('event time moves with the rate', async () => {
    const [times] = await rows(
      'SELECT MIN(bid.`dateTime`) AS a, MAX(bid.`dateTime`) AS b FROM events',
      ", 'first-event.rate' = '1000', 'base-time' = '0'",
    )
    expect(times).toEqual({ a: '1970-01-01 00:00:00.003', b: '1970-01-01 00:00:04.998' })
  })

  test('prices, categories and references stay in their ranges', async () => {
    const [bids] = await rows(
      'SELECT MIN(bid.price) AS low, MAX(bid.price) AS high, MIN(bid.bidder) AS bidder FROM events WHERE event_type = 2',
    )
    expect(bids.low >= 100n && bids.high <= 100_000_000n && bids.bidder >= 2000n).toBe(true)
    const [plain] = await rows('SELECT MIN(bid.bidder) AS bidder FROM events WHERE event_type = 2', ", 'bidder-quirk' = 'false'")
    expect(plain.bidder < 2000n).toBe(true)
    const categories = await rows('SELECT DISTINCT auction.category AS c FROM events WHERE event_type = 1')
    expect(categories.map(r => r.c).toSorted()).toEqual([10n, 11n, 12n, 13n, 14n])
  })
})

describe('a value is a function of seed, event and column', () => {
  test('whatever else is asked for', async () => {
    const alone = await rows('SELECT bid.price AS price, bid.extra AS extra FROM events WHERE event_type = 2')
    const whole = await rows('SELECT bid FROM events WHERE event_type = 2')
    expect(whole.map(({ bid }) => ({ price: bid.price, extra: bid.extra }))).toEqual(alone)
    const people = await rows('SELECT person FROM events WHERE event_type = 0')
    const emails = await rows('SELECT person.emailAddress AS e FROM events WHERE event_type = 0')
    expect(people.map(({ person }) => person.emailAddress)).toEqual(emails.map(({ e }) => e))
  })

  test('the same seed gives the same rows, another seed others', async () => {
    const query = 'SELECT auction.itemName AS i, auction.reserve AS r FROM events WHERE event_type = 1'
    expect(await rows(query)).toEqual(await rows(query))
    expect(await rows(query)).not.toEqual(await rows(query, ", 'seed' = '1'"))
  })
})

test('a column that Nexmark does not have is refused by name', async () => {
  const session = new Session()
  const run = async () => {
    for await (const outcome of session.execute(
      `CREATE TABLE e (bids INT) WITH ('connector' = 'nexmark', 'events.num' = '1'); SELECT * FROM e`,
    )) {
      if (outcome.kind === 'query') await outcome.query.done
    }
  }
  await expect(run()).rejects.toThrow("Nexmark has no column 'bids'")
})
