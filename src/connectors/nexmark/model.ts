/**
 * Which event has which number, kind, identifiers and time: all of it a pure function of the event's number.
 *
 *     number  0 1 2 3 … 49 50 …         in each 50: one person, three auctions, 46 bids (by default)
 *     id      2 3 4 …                   the first event is an auction, as in the original suite
 */
export const FIRST_PERSON_ID = 1000
export const FIRST_AUCTION_ID = 1000
export const FIRST_CATEGORY_ID = 10
export const PERSON_ID_LEAD = 10
export const AUCTION_ID_LEAD = 10
export const HOT_RATIO = 100
export const HOT_CHANNELS_RATIO = 2

export const EventKind = { person: 0, auction: 1, bid: 2 } as const
export type EventKind = (typeof EventKind)[keyof typeof EventKind]

export interface NexmarkConfig {
  readonly seed: number
  /** Epoch milliseconds of the first event. */
  readonly baseTimeMs: number
  /** Events in all; Infinity goes on forever. */
  readonly eventCount: number
  readonly eventsPerSecond: number
  readonly personProportion: number
  readonly auctionProportion: number
  readonly bidProportion: number
  readonly personAvgBytes: number
  readonly auctionAvgBytes: number
  readonly bidAvgBytes: number
  readonly hotAuctionRatio: number
  readonly hotBidderRatio: number
  readonly hotSellerRatio: number
  readonly inFlightAuctions: number
  readonly activePeople: number
  readonly outOfOrderGroupSize: number
  /** False leaves out the second offset that the original suite adds to bidders, so that bids join persons from the start. */
  readonly bidderQuirk: boolean
}

/** Numbers start here, ids as well: the original table factory's choice. */
const FIRST_EVENT_NUMBER = 1
const FIRST_EVENT_ID = 1

export class NexmarkModel {
  readonly config: NexmarkConfig
  readonly total: number
  readonly #delayUs: number

  constructor(config: NexmarkConfig) {
    this.config = config
    this.total = config.personProportion + config.auctionProportion + config.bidProportion
    this.#delayUs = 1_000_000 / config.eventsPerSecond
  }

  /** The id of the nth event (from 0); ids come out of order within groups when a group size is set. */
  eventId(n: number): number {
    const number = FIRST_EVENT_NUMBER + n
    const group = this.config.outOfOrderGroupSize
    const adjusted = group === 1 ? number : Math.floor(number / group) * group + ((number * 953) % group)
    return FIRST_EVENT_ID + adjusted
  }

  kindOf(id: number): EventKind {
    const rest = id % this.total
    if (rest < this.config.personProportion) return EventKind.person
    return rest < this.config.personProportion + this.config.auctionProportion ? EventKind.auction : EventKind.bid
  }

  /** Epoch milliseconds of the event with this id. */
  timeMs(id: number): number {
    return this.timeOfNumber(id - FIRST_EVENT_ID)
  }

  timeOfNumber(number: number): number {
    return this.config.baseTimeMs + Math.floor(Math.floor(number * this.#delayUs) / 1000)
  }

  lastPerson(id: number): number {
    const { personProportion } = this.config
    const epoch = Math.floor(id / this.total)
    const offset = id % this.total
    return epoch * personProportion + Math.min(offset, personProportion - 1)
  }

  lastAuction(id: number): number {
    const { personProportion, auctionProportion } = this.config
    let epoch = Math.floor(id / this.total)
    let offset = id % this.total
    if (offset < personProportion) {
      epoch -= 1
      offset = auctionProportion - 1
    } else {
      offset = Math.min(offset - personProportion, auctionProportion - 1)
    }
    return epoch * auctionProportion + offset
  }

  /** How far behind an auction's start its expiry may lie, in milliseconds. */
  horizonMs(id: number): number {
    const { inFlightAuctions, auctionProportion } = this.config
    const number = id - FIRST_EVENT_ID
    return this.timeOfNumber(number + Math.floor((inFlightAuctions * this.total) / auctionProportion)) - this.timeOfNumber(number)
  }
}

/**
 * A random 32-bit integer for a column of an event: the same for the same seed, event and column, whatever else is asked
 * for. Two rounds of a murmur finalizer.
 */
export function draw(seed: number, id: number, column: number): number {
  let h = (Math.imul(id | 0, 0x9e3779b1) ^ Math.imul((id / 4294967296) | 0, 0x85ebca6b)) + Math.imul(seed ^ column, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  return (h ^ (h >>> 15)) >>> 0
}

/** From 0 up to `bound`, not included. */
export const below = (random: number, bound: number): number => Math.floor((random / 4294967296) * bound)
