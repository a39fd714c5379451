/** All connectors by the name that `'connector' = '…'` uses. */
import { blackhole } from './blackhole.ts'
import type { Connector } from './connector.ts'
import { datagen } from './datagen.ts'
import { filesystem } from './filesystem/filesystem.ts'
import { kafka } from './kafka/kafka.ts'
import { nexmark } from './nexmark/nexmark.ts'
import { print } from './print.ts'
import { stdin, stdout } from './standard-streams.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map(
  [filesystem, kafka, datagen, stdin, stdout, nexmark, print, blackhole].map(connector => [connector.name, connector]),
)
