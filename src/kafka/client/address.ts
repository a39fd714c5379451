/** Where a broker listens: `localhost:9092`, `[::1]:9092`. */
import { MillraceError } from '../../base/errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export const printAddress = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** `kafka-1:9092, kafka-2:9092`: the brokers to ask first. A listener's name before them, `SSL://`, is passed over. */
export function parseBootstrap(list: string): readonly Address[] {
  const addresses = list
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(parseAddress)
  if (addresses.length > 0) return addresses
  throw new MillraceError('KAFKA_CONFIG', 'user', "'bootstrap.servers' names no broker", { hint: 'such as localhost:9092' })
}

function parseAddress(text: string): Address {
  const found = /^(?:\w+:\/\/)?(?:\[([^\]]+)\]|([^:/\s]+)):(\d+)$/.exec(text)
  const port = Number(found?.[3])
  if (found !== null && port > 0 && port < 65_536) return { host: (found[1] ?? found[2])!, port }
  throw new MillraceError('KAFKA_CONFIG', 'user', `'${text}' is no address of a broker`, {
    hint: 'write HOST:PORT, such as localhost:9092',
  })
}
