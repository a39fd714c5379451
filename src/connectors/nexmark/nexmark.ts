/**
 * `'connector' = 'nexmark'`: the events of the Nexmark benchmark. Every value is a function of the seed, the event and the
 * column alone, so that the same options give the same data whatever is asked for and however it is cut into chunks.
 */
import { SqlError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import { Options, type OptionSet } from '../../catalog/option.ts'
import type { TableEntry } from '../../catalog/table.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import { type DataType, type Schema, printType, sameType, types } from '../../data/type.ts'
import type { Source } from '../../runtime/dataflow/source.ts'
import type { Connector, ConnectorContext, ScanRequest } from '../connector.ts'
import { type EntityName, type NexmarkColumn, NexmarkGenerator } from './generator.ts'
import { type NexmarkConfig, NexmarkModel } from './model.ts'
import { NexmarkTexts } from './texts.ts'

const count = (name: string, fallback: number, description: string) =>
  ({ name, type: 'integer', default: String(fallback), description }) as const
const inert = (name: string, type: 'string' | 'integer' | 'boolean' | 'duration') =>
  ({ name, type, description: 'taken for compatibility, without effect' }) as const

const options: OptionSet = {
  required: [],
  optional: [
    count('events.num', 0, 'events in all; 0 goes on forever'),
    count('first-event.rate', 10_000, 'events per second of event time'),
    count('person.proportion', 1, 'persons in each round'),
    count('auction.proportion', 3, 'auctions in each round'),
    count('bid.proportion', 46, 'bids in each round'),
    count('person.avg-size', 200, 'average bytes of a person'),
    count('auction.avg-size', 500, 'average bytes of an auction'),
    count('bid.avg-size', 100, 'average bytes of a bid'),
    count('bid.hot-ratio.auctions', 2, 'one in so many bids goes to any auction, the others to the hot one'),
    count('bid.hot-ratio.bidders', 4, 'one in so many bids comes from any person, the others from the hot one'),
    count('auction.hot-ratio.sellers', 4, 'one in so many auctions is sold by any person, the others by the hot one'),
    count('in-flight-auctions', 100, 'auctions that are open at a time'),
    count('active-people', 1000, 'persons that bid and sell at a time'),
    count('out-of-order-group-size', 1, 'events come out of order within groups of so many'),
    count('seed', 0, 'other values, same shape'),
    count('base-time', 1_704_067_200_000, 'epoch milliseconds of the first event'),
    { name: 'bidder-quirk', type: 'boolean', default: 'true', description: 'bidders are offset twice, as in the original suite' },
    inert('next-event.rate', 'integer'),
    inert('rate.shape', 'string'),
    inert('rate.period', 'duration'),
    inert('rate.limited', 'boolean'),
    inert('max-emit-speed', 'boolean'),
    inert('keep-alive', 'boolean'),
    inert('stop-at', 'string'),
    inert('threads', 'integer'),
  ],
}

export const nexmark: Connector = {
  name: 'nexmark',
  options,
  nestedProjection: true,
  bounded: table => (new Options("connector 'nexmark'", options, table.options).integer('events.num') ?? 0) > 0,
  source: (request, context) => nexmarkSource(request, context),
}

function nexmarkSource(request: ScanRequest, context: ConnectorContext): Source {
  const config = configOf(new Options("connector 'nexmark'", options, request.table.options))
  const schema = request.schema
  const columns = request.columns.map((name, i) => columnOf(request.table, name, request.paths?.[i] ?? []))
  return {
    bounded: Number.isFinite(config.eventCount),
    schema,
    async open(from) {
      const generator = new NexmarkGenerator(
        new NexmarkModel(config),
        new NexmarkTexts(config.seed),
        schema,
        columns,
        context.pool,
      )
      const end = Math.min(config.eventCount, request.limit ?? Number.POSITIVE_INFINITY)
      let next = (from as number | undefined) ?? 0
      return {
        backlog: true,
        next() {
          const rows = Math.min(CHUNK_ROWS, end - next)
          if (rows <= 0) return 'end'
          next += rows
          return generator.chunk(next - rows, rows)
        },
        position: () => next,
        progress: () => ({}),
        close: async () => {},
      }
    },
  }
}

function configOf(given: Options): NexmarkConfig {
  const events = given.integer('events.num')!
  return {
    seed: given.integer('seed')!,
    baseTimeMs: given.integer('base-time')!,
    eventCount: events === 0 ? Number.POSITIVE_INFINITY : events,
    eventsPerSecond: given.integer('first-event.rate')!,
    personProportion: given.integer('person.proportion')!,
    auctionProportion: given.integer('auction.proportion')!,
    bidProportion: given.integer('bid.proportion')!,
    personAvgBytes: given.integer('person.avg-size')!,
    auctionAvgBytes: given.integer('auction.avg-size')!,
    bidAvgBytes: given.integer('bid.avg-size')!,
    hotAuctionRatio: given.integer('bid.hot-ratio.auctions')!,
    hotBidderRatio: given.integer('bid.hot-ratio.bidders')!,
    hotSellerRatio: given.integer('auction.hot-ratio.sellers')!,
    inFlightAuctions: given.integer('in-flight-auctions')!,
    activePeople: given.integer('active-people')!,
    outOfOrderGroupSize: given.integer('out-of-order-group-size')!,
    bidderQuirk: given.boolean('bidder-quirk'),
  }
}

// ── the table's columns, held to the model ──────────────────────────────────────────────────────────

const text = types.string()
const number = types.bigint()
const time = types.timestamp(3)
const entities: Readonly<Record<EntityName, Readonly<Record<string, DataType>>>> = {
  person: { id: number, name: text, emailAddress: text, creditCard: text, city: text, state: text, dateTime: time, extra: text },
  auction: {
    id: number,
    itemName: text,
    description: text,
    initialBid: number,
    reserve: number,
    dateTime: time,
    expires: time,
    seller: number,
    category: number,
    extra: text,
  },
  bid: { auction: number, bidder: number, price: number, channel: text, url: text, dateTime: time, extra: text },
}

function columnOf(table: TableEntry, name: string, path: readonly string[]): NexmarkColumn {
  const { type } = table.columns.find(column => column.name === name)!
  if (name === 'event_type') {
    hold(type, types.int(), name)
    return { kind: 'event_type' }
  }
  const entity = name as EntityName
  const fields = entities[entity]
  if (fields === undefined) {
    throw new SqlError('NEXMARK_COLUMN', `Nexmark has no column '${name}'`, undefined, {
      hint: didYouMean(name, ['event_type', ...Object.keys(entities)]) ?? 'there are event_type, person, auction and bid',
    })
  }
  if (type.kind !== 'ROW') throw new SqlError('NEXMARK_COLUMN', `Nexmark's column '${name}' is a ROW, not ${printType(type)}`)
  const asked: Schema = path.length === 0 ? type.fields : type.fields.filter(field => field.name === path[0])
  for (const field of asked) {
    const known = fields[field.name]
    if (known === undefined) {
      throw new SqlError('NEXMARK_COLUMN', `Nexmark's ${name} has no field '${field.name}'`, undefined, {
        hint: didYouMean(field.name, Object.keys(fields)),
      })
    }
    hold(field.type, known, `${name}.${field.name}`)
  }
  return path.length === 0 ? { kind: 'row', of: entity } : { kind: 'field', of: entity, field: path[0]! }
}

function hold(type: DataType, wanted: DataType, name: string): void {
  if (!sameType(type, wanted, { ignoreNullable: true })) {
    throw new SqlError('NEXMARK_COLUMN', `Nexmark's ${name} is ${printType(wanted)}, not ${printType(type)}`)
  }
}
