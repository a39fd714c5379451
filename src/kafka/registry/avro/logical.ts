/** Which logical type the attributes of a type name, if the type can carry it. Avro ignores the others. */
import { type Json, JsonNumber } from '../json/json.ts'
import type { LogicalType, Properties } from './schema.ts'

/** What lies below: `fixed` with its size. */
type Carrier = { readonly kind: string; readonly size?: number }

const CARRIERS: Readonly<Record<string, (carrier: Carrier) => boolean>> = {
  'big-decimal': ({ kind }) => kind === 'bytes',
  'uuid': ({ kind, size }) => kind === 'string' || (kind === 'fixed' && size === 16),
  'date': ({ kind }) => kind === 'int',
  'time-millis': ({ kind }) => kind === 'int',
  'time-micros': ({ kind }) => kind === 'long',
  'timestamp-millis': ({ kind }) => kind === 'long',
  'timestamp-micros': ({ kind }) => kind === 'long',
  'timestamp-nanos': ({ kind }) => kind === 'long',
  'local-timestamp-millis': ({ kind }) => kind === 'long',
  'local-timestamp-micros': ({ kind }) => kind === 'long',
  'local-timestamp-nanos': ({ kind }) => kind === 'long',
  'duration': ({ kind, size }) => kind === 'fixed' && size === 12,
}

export function logicalTypeOf(props: Properties, carrier: Carrier): LogicalType | undefined {
  const name = props.get('logicalType')
  if (typeof name !== 'string') return undefined
  if (name === 'decimal') return decimalOf(props, carrier)
  return CARRIERS[name]?.(carrier) === true ? ({ name } as LogicalType) : undefined
}

function decimalOf(props: Properties, { kind, size }: Carrier): LogicalType | undefined {
  const precision = integer(props.get('precision'))
  const scale = props.has('scale') ? integer(props.get('scale')) : 0
  if (precision === undefined || scale === undefined || precision <= 0 || scale < 0 || scale > precision) return undefined
  if (kind === 'bytes' || (kind === 'fixed' && precision <= digitsOf(size ?? 0))) return { name: 'decimal', precision, scale }
  return undefined
}

/** Decimal digits that always fit in so many bytes of two's complement. */
const digitsOf = (bytes: number): number => Math.floor(Math.log10(2) * (8 * bytes - 1))

const integer = (json: Json | undefined): number | undefined =>
  json instanceof JsonNumber && json.isIntegral ? json.value : undefined
