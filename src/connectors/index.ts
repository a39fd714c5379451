/** All connectors by the name that `'connector' = '…'` uses. */
import { blackhole } from './blackhole.ts'
import type { Connector } from './connector.ts'
import { print } from './print.ts'

export const connectors: ReadonlyMap<string, Connector> = new Map([blackhole, print].map(connector => [connector.name, connector]))
