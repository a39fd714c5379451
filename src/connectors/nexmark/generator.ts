/**
 * Events to columns: each asked-for field has a filler that writes its array for a run of events. What is not asked for is
 * not made. A field of another kind of event than the row's is NULL.
 */
import { assert } from '../../base/assert.ts'
import { compile } from '../../codegen/compile.ts'
import { js } from '../../codegen/js.ts'
import { CHUNK_ROWS, Chunk } from '../../data/chunk.ts'
import { BytesColumn, type Column, arraysOf, newColumn, setValue, valueAt } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import type { DataType, Schema } from '../../data/type.ts'
import {
  AUCTION_ID_LEAD,
  EventKind,
  FIRST_AUCTION_ID,
  FIRST_CATEGORY_ID,
  FIRST_PERSON_ID,
  HOT_CHANNELS_RATIO,
  HOT_RATIO,
  type NexmarkModel,
  PERSON_ID_LEAD,
  below,
  draw,
} from './model.ts'
import { CHANNELS, type NexmarkTexts, type TextTable, randomStart, trimmedEnd } from './texts.ts'

/** What a column of the scan is: the kind of event, a whole ROW, or one of its fields. */
export type NexmarkColumn =
  | { readonly kind: 'event_type' }
  | { readonly kind: 'row'; readonly of: EntityName }
  | { readonly kind: 'field'; readonly of: EntityName; readonly field: string }
export type EntityName = keyof typeof EventKind

/** The events of one chunk: id, kind and time by row, and which rows are of a kind. */
class Events {
  readonly ids = new Float64Array(CHUNK_ROWS)
  readonly kinds = new Uint8Array(CHUNK_ROWS)
  readonly times = new Float64Array(CHUNK_ROWS)
  readonly rowsOf = [new Int32Array(CHUNK_ROWS), new Int32Array(CHUNK_ROWS), new Int32Array(CHUNK_ROWS)] as const
  readonly countOf = new Int32Array(3)
  count = 0

  fill(model: NexmarkModel, first: number, count: number): void {
    this.count = count
    this.countOf.fill(0)
    for (let i = 0; i < count; i++) {
      const id = model.eventId(first + i)
      this.ids[i] = id
      const kind = model.kindOf(id)
      this.kinds[i] = kind
      this.rowsOf[kind][this.countOf[kind]!++] = i
      this.times[i] = model.timeMs(id)
    }
  }
}

/** Writes a field for each event of `kind` and NULL for the others. */
type Filler = (events: Events, column: Column) => void

export class NexmarkGenerator {
  readonly #model: NexmarkModel
  readonly #texts: NexmarkTexts
  readonly #schema: Schema
  readonly #columns: readonly NexmarkColumn[]
  readonly #fillers: Readonly<Record<EntityName, Readonly<Record<string, Filler>>>>
  readonly #pool: BufferPool
  readonly #events = new Events()

  constructor(model: NexmarkModel, texts: NexmarkTexts, schema: Schema, columns: readonly NexmarkColumn[], pool: BufferPool) {
    this.#model = model
    this.#texts = texts
    this.#schema = schema
    this.#columns = columns
    this.#pool = pool
    this.#fillers = fillersOf(model, texts)
  }

  /** Events `first` up to `first + count`. */
  chunk(first: number, count: number): Chunk {
    this.#events.fill(this.#model, first, count)
    const columns = this.#columns.map((asked, i) => this.#column(asked, this.#schema[i]!.type))
    return new Chunk({ schema: this.#schema, length: count, columns, owned: columns.flatMap(ownArrays), pool: this.#pool })
  }

  #column(asked: NexmarkColumn, type: DataType): Column {
    if (asked.kind === 'row') return this.#rows(asked, type)
    const pool = this.#pool
    if (asked.kind === 'event_type') {
      const column = newColumn(type, CHUNK_ROWS, pool)
      fillKinds(this.#events, column)
      return column
    }
    const column = viewFields.has(`${asked.of}.${asked.field}`)
      ? new BytesColumn(type, this.#texts.bytes, pool.i32(CHUNK_ROWS), pool.i32(CHUNK_ROWS), pool.u8(CHUNK_ROWS))
      : newColumn(type, CHUNK_ROWS, pool)
    const fill = this.#fillers[asked.of][asked.field]
    assert(fill !== undefined, `${asked.of} has a field ${asked.field}`)
    fill(this.#events, column)
    return column
  }

  /** A whole ROW as values: the slow way, for queries that want it whole. */
  #rows(asked: Extract<NexmarkColumn, { kind: 'row' }>, type: DataType): Column {
    assert(type.kind === 'ROW', 'an entity is a ROW')
    const column = newColumn(type, CHUNK_ROWS, this.#pool)
    const parts = type.fields.map(field => this.#column({ kind: 'field', of: asked.of, field: field.name }, field.type))
    const { kinds, count } = this.#events
    for (let row = 0; row < count; row++) {
      setValue(column, row, kinds[row] === EventKind[asked.of] ? parts.map(part => valueAt(part, row)) : null)
    }
    for (const array of parts.flatMap(ownArrays)) this.#pool.give(array)
    return column
  }
}

/** Texts that look into the shared buffer: it does not go back to the pool with the chunk. */
const viewFields: ReadonlySet<string> = new Set(
  (
    'person.name person.city person.state person.extra auction.itemName auction.description auction.extra ' +
    'bid.channel bid.url bid.extra'
  ).split(' '),
)
const ownArrays = (column: Column): PooledArray[] =>
  column instanceof BytesColumn && !column.grows
    ? [column.starts, column.ends, ...(column.valid === undefined ? [] : [column.valid])]
    : arraysOf(column)

// ── fillers ─────────────────────────────────────────────────────────────────────────────────────────

function fillKinds(events: Events, column: Column): void {
  assert(column.storage === 'i32', 'event_type is an INT')
  for (let i = 0; i < events.count; i++) column.values[i] = events.kinds[i]!
  column.valid?.fill(1, 0, events.count)
}

/**
 * Marks the rows of a kind as valid and all others as NULL. Answers those rows: fillers write them and nothing else, since
 * what lies under a NULL only has to be readable.
 */
function rowsOf(kind: EventKind, events: Events, valid: Uint8Array | undefined): Int32Array {
  const rows = events.rowsOf[kind].subarray(0, events.countOf[kind])
  assert(valid !== undefined, 'a field of one kind of event is NULL in the others')
  valid.fill(0, 0, events.count)
  for (let i = 0; i < rows.length; i++) valid[rows[i]!] = 1
  return rows
}

/**
 * The loop over a kind's rows, compiled anew for each field: shared by all of them it would call whatever `compute` comes,
 * and box every number on the way.
 */
const loops = {
  integers: (field: string) =>
    compile<(compute: (id: number, timeMs: number) => number, events: Events, rows: Int32Array, halves: Int32Array) => void>(
      `nexmark/${field}.js`,
      js`
      function fill(compute, { ids, times }, rows, halves) {
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]
          const value = compute(ids[row], times[row])
          const high = Math.floor(value / 4294967296)
          halves[row * 2] = value - high * 4294967296
          halves[row * 2 + 1] = high
        }
      }`,
    ).run,
  choices: (field: string) =>
    compile<(choose: (id: number) => number, events: Events, rows: Int32Array, table: TextTable, into: BytesColumn) => void>(
      `nexmark/${field}.js`,
      js`
      function fill(choose, { ids }, rows, table, { starts, ends }) {
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]
          const choice = choose(ids[row])
          starts[row] = table.starts[choice]
          ends[row] = table.ends[choice]
        }
      }`,
    ).run,
  randomTexts: (field: string) =>
    compile<
      (length: (id: number) => number, start: (id: number) => number, events: Events, rows: Int32Array, into: BytesColumn) => void
    >(
      `nexmark/${field}.js`,
      js`
      function fill(length, begin, { ids }, rows, { bytes, starts, ends }) {
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i]
          const wanted = length(ids[row])
          if (wanted === 0) continue
          const start = begin(ids[row])
          starts[row] = start
          ends[row] = trimmedEnd(bytes, start, wanted)
        }
      }`,
      { trimmedEnd },
    ).run,
}

/** A BIGINT or TIMESTAMP(3) field from a safe integer. */
function integers(kind: EventKind, field: string, compute: (id: number, timeMs: number) => number): Filler {
  let fill: ReturnType<typeof loops.integers> | undefined
  return (events, column) => {
    assert(column.storage === 'i64', 'a number of Nexmark is a BIGINT or a TIMESTAMP(3)')
    const halves = new Int32Array(column.values.buffer, column.values.byteOffset, events.count * 2).fill(0)
    fill ??= loops.integers(field)
    fill(compute, events, rowsOf(kind, events, column.valid), halves)
  }
}

/** One of the texts of a table. */
function choices(kind: EventKind, field: string, table: TextTable, choose: (id: number) => number): Filler {
  let fill: ReturnType<typeof loops.choices> | undefined
  return (events, column) => {
    const views = viewsOf(column, events.count)
    fill ??= loops.choices(field)
    fill(choose, events, rowsOf(kind, events, views.valid), table, views)
  }
}

/** Random text of `length` characters before trimming. */
function randomTexts(
  kind: EventKind,
  field: string,
  texts: NexmarkTexts,
  start: (id: number) => number,
  length: (id: number) => number,
): Filler {
  let fill: ReturnType<typeof loops.randomTexts> | undefined
  return (events, column) => {
    const views = viewsOf(column, events.count)
    fill ??= loops.randomTexts(field)
    fill(length, start, events, rowsOf(kind, events, views.valid), views)
  }
}

/** Text that is put together row by row. */
function texts(kind: EventKind, compute: (id: number) => string): Filler {
  return (events, column) => {
    for (let i = 0; i < events.count; i++) setValue(column, i, events.kinds[i] === kind ? compute(events.ids[i]!) : null)
  }
}

/** Empty views to begin with. */
function viewsOf(column: Column, count: number): BytesColumn {
  assert(column.storage === 'bytes', 'a text of Nexmark is a VARCHAR')
  column.starts.fill(0, 0, count)
  column.ends.fill(0, 0, count)
  return column
}

/**
 * From 100 up to 100,000,000, evenly in the logarithm: round(10^(6u) * 100) for u in [0, 1). A power is the product of
 * those of its upper and its lower twelve bits.
 */
function priceOf(random: number): number {
  return Math.round(COARSE_POWERS[random >>> 20]! * FINE_POWERS[(random >>> 8) & 4095]! * 100)
}
const COARSE_POWERS = Float64Array.from({ length: 4096 }, (_, i) => 10 ** ((i / 4096) * 6))
const FINE_POWERS = Float64Array.from({ length: 4096 }, (_, i) => 10 ** ((i / 4096 / 4096) * 6))

/** A filler for each field. Each draw has a number of its own, so that a value does not depend on what else is asked for. */
function fillersOf(model: NexmarkModel, table: NexmarkTexts): Record<EntityName, Record<string, Filler>> {
  const { config } = model
  const { seed } = config
  const { person, auction, bid } = EventKind
  const random = (id: number, salt: number, bound: number): number => below(draw(seed, id, salt), bound)
  const price = (id: number, salt: number) => priceOf(draw(seed, id, salt))
  const somePerson = (id: number, salt: number): number => {
    const people = model.lastPerson(id) + 1
    const active = Math.min(people, config.activePeople)
    return people - active + random(id, salt, active + PERSON_ID_LEAD)
  }
  const hotPerson = (id: number) => Math.floor(model.lastPerson(id) / HOT_RATIO) * HOT_RATIO
  const someAuction = (id: number, salt: number): number => {
    const last = model.lastAuction(id)
    const least = Math.max(last - config.inFlightAuctions, 0)
    return least + random(id, salt, last - least + 1 + AUCTION_ID_LEAD)
  }
  const seller = (id: number) =>
    (random(id, 20, config.hotSellerRatio) > 0 ? hotPerson(id) : somePerson(id, 21)) + FIRST_PERSON_ID
  const bidder = (id: number) =>
    (random(id, 30, config.hotBidderRatio) > 0 ? hotPerson(id) + 1 : somePerson(id, 31)) +
    FIRST_PERSON_ID * (config.bidderQuirk ? 2 : 1)
  const bidAuction = (id: number) =>
    (random(id, 32, config.hotAuctionRatio) > 0
      ? Math.floor(model.lastAuction(id) / HOT_RATIO) * HOT_RATIO
      : someAuction(id, 33)) + FIRST_AUCTION_ID
  /** The hot channels come first in the tables. */
  const channel = (id: number) => (random(id, 34, HOT_CHANNELS_RATIO) > 0 ? random(id, 35, 4) : 4 + random(id, 36, CHANNELS))
  const length = (id: number, salt: number, most: number) => 3 + random(id, salt, most - 3)
  /** What is missing to the average size, give or take a fifth. */
  const padding = (id: number, salt: number, size: number, average: number): number => {
    if (size > average) return 0
    const spread = Math.round((average - size) * 0.2)
    return average - size - spread + (spread === 0 ? 0 : random(id, salt, 2 * spread))
  }
  const start = (id: number, salt: number) => randomStart(table.bytes, draw(seed, id, salt))
  const personName = (id: number) => random(id, 1, table.names.count)
  const email = (id: number): string => {
    const part = (salt: number, most: number) =>
      Array.from({ length: length(id, salt, most) }, (_, i) =>
        String.fromCharCode(97 + (draw(seed, id * 8 + i, salt + 1) % 26)),
      ).join('')
    return `${part(2, 7)}@${part(4, 5)}.com`
  }
  const card = (id: number) => [6, 7, 8, 9].map(salt => String(random(id, salt, 10_000)).padStart(4, '0')).join(' ')
  const city = (id: number) => random(id, 10, table.cities.count)
  const personSize = (id: number) =>
    8 + sizeOf(table.names, personName(id)) + email(id).length + 19 + sizeOf(table.cities, city(id)) + 2
  const itemLength = (id: number) => length(id, 22, 20)
  const descriptionLength = (id: number) => length(id, 24, 100)
  return {
    person: {
      id: integers(person, 'person-id', id => model.lastPerson(id) + FIRST_PERSON_ID),
      name: choices(person, 'person-name', table.names, personName),
      emailAddress: texts(person, email),
      creditCard: texts(person, card),
      city: choices(person, 'person-city', table.cities, city),
      state: choices(person, 'person-state', table.states, id => random(id, 11, table.states.count)),
      dateTime: integers(person, 'person-dateTime', (_, timeMs) => timeMs),
      extra: randomTexts(
        person,
        'person-extra',
        table,
        id => start(id, 12),
        id => padding(id, 13, personSize(id), config.personAvgBytes),
      ),
    },
    auction: {
      id: integers(auction, 'auction-id', id => model.lastAuction(id) + FIRST_AUCTION_ID),
      itemName: randomTexts(auction, 'auction-itemName', table, id => start(id, 23), itemLength),
      description: randomTexts(auction, 'auction-description', table, id => start(id, 25), descriptionLength),
      initialBid: integers(auction, 'auction-initialBid', id => price(id, 26)),
      reserve: integers(auction, 'auction-reserve', id => price(id, 26) + price(id, 27)),
      dateTime: integers(auction, 'auction-dateTime', (_, timeMs) => timeMs),
      expires: integers(
        auction,
        'auction-expires',
        (id, timeMs) => timeMs + 1 + random(id, 28, Math.max(model.horizonMs(id) * 2, 1)),
      ),
      seller: integers(auction, 'auction-seller', seller),
      category: integers(auction, 'auction-category', id => FIRST_CATEGORY_ID + random(id, 29, 5)),
      extra: randomTexts(
        auction,
        'auction-extra',
        table,
        id => start(id, 40),
        id => padding(id, 41, 8 + itemLength(id) + descriptionLength(id) + 40, config.auctionAvgBytes),
      ),
    },
    bid: {
      auction: integers(bid, 'bid-auction', bidAuction),
      bidder: integers(bid, 'bid-bidder', bidder),
      price: integers(bid, 'bid-price', id => price(id, 37)),
      channel: choices(bid, 'bid-channel', table.channels, channel),
      url: choices(bid, 'bid-url', table.urls, channel),
      dateTime: integers(bid, 'bid-dateTime', (_, timeMs) => timeMs),
      extra: randomTexts(
        bid,
        'bid-extra',
        table,
        id => start(id, 38),
        id => padding(id, 39, 32, config.bidAvgBytes),
      ),
    },
  }
}

const sizeOf = (texts: TextTable, i: number): number => texts.ends[i]! - texts.starts[i]!
