/** Kafka's numbers for configuration: kinds of resources, where a value is from, types, and what is done to a property. */
import type { ConfigType } from './definition.ts'

export const ConfigResourceType = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const

export const ConfigSource = {
  TOPIC: 1,
  /** Set for this broker while it runs. */
  BROKER: 2,
  /** Set for all brokers while they run. */
  ALL_BROKERS: 3,
  /** What the broker was started with. */
  START: 4,
  DEFAULT: 5,
  BROKER_LOGGER: 6,
  CLIENT_METRICS: 7,
  GROUP: 8,
} as const

export const configTypes: Readonly<Record<ConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

export const ConfigOperation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const
