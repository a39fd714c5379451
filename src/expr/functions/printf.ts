/**
 * java.util.Formatter, as far as SQL values reach it. What Java refuses (%d for text, a missing argument) gives NULL.
 *
 *     format('%05d|%-4s|%.2f', 42, 'ab', 2.345e0)   '00042|ab  |2.35'
 *
 * DATE, TIME and intervals are the numbers they are stored as; a DECIMAL is text to Java's formatter, not a number.
 */
import { javaText } from '../../data/java-text.ts'
import { type DataType, isApproximate, isInteger } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { CallSite } from '../function.ts'

interface Specifier {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly conversion: string
}
interface Argument {
  readonly type: DataType
  readonly value: Value
}

/** What java.util.Formatter would throw. */
class FormatFault extends Error {}
const refuse = (why: string): never => {
  throw new FormatFault(why)
}

export const format =
  (site: CallSite) =>
  (pattern: string | null, ...values: Value[]): string | null => {
    if (pattern === null) return null
    const args = values.map((value, i): Argument => ({ value, type: site.args[i + 1]!.type }))
    try {
      return fill(pattern, args)
    } catch (fault) {
      if (fault instanceof FormatFault) return null
      throw fault
    }
  }

function fill(pattern: string, args: readonly Argument[]): string {
  let next = 0
  let last = -1
  return pattern.replace(
    /%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])?/g,
    (_, index, flags, width, precision, conversion) => {
      if (conversion === undefined) refuse('a % without a conversion')
      const spec = {
        flags: flags.replace('<', ''),
        width: Number(width ?? 0),
        conversion,
        precision: precision && Number(precision),
      }
      if (conversion === 'n') return '\n'
      if (conversion === '%') return align(spec, '%')
      last = index !== undefined ? Number(index) - 1 : flags.includes('<') ? last : next++
      return align(spec, convert(spec, args[last] ?? refuse('too few arguments')))
    },
  )
}

function align({ flags, width }: Specifier, text: string): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width)
}

function convert(spec: Specifier, arg: Argument): string {
  const { conversion } = spec
  const lower = conversion.toLowerCase()
  if (lower !== conversion && !'BHSCXEG'.includes(conversion)) refuse(`%${conversion}`)
  const text = convertLower({ ...spec, conversion: lower }, arg)
  return lower === conversion ? text : text.toUpperCase()
}

function convertLower(spec: Specifier, arg: Argument): string {
  const cut = (text: string) => text.slice(0, spec.precision)
  switch (spec.conversion) {
    case 's':
      return cut(shown(arg))
    case 'b':
      return cut(arg.type.kind === 'BOOLEAN' ? String(arg.value ?? false) : String(arg.value !== null))
    case 'h':
      return cut(arg.value === null ? 'null' : (javaHash(arg) >>> 0).toString(16))
  }
  if (arg.value === null) return 'null'
  switch (spec.conversion) {
    case 'c':
      return isWhole(arg.type) && typeof arg.value === 'number' ? String.fromCodePoint(arg.value) : refuse('%c')
    case 'd':
      return decimal(spec, whole(arg))
    case 'x':
      return radix(spec, arg, 16, '0x')
    case 'o':
      return radix(spec, arg, 8, '0')
    case 'f':
      return float(spec, arg, fixed)
    case 'e':
      return float(spec, arg, scientific)
    case 'g':
      return float(spec, arg, general)
    default:
      return refuse(`%${spec.conversion}`)
  }
}

/** Types whose values are integers to Java. */
const isWhole = (type: DataType): boolean =>
  isInteger(type) ||
  type.kind === 'DATE' ||
  type.kind === 'TIME' ||
  type.kind === 'INTERVAL_YEAR_MONTH' ||
  type.kind === 'INTERVAL_DAY_TIME'

/** `Object.toString()`. */
function shown({ type, value }: Argument): string {
  if (value === null) return 'null'
  if (isWhole(type)) return String(value)
  if (type.kind === 'TIMESTAMP_LTZ') return javaText({ ...type, kind: 'TIMESTAMP' }, value)
  return javaText(type, value)
}

function javaHash({ type, value }: Argument): number {
  if (typeof value === 'boolean') return value ? 1231 : 1237
  if (isWhole(type)) return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value ^ (value >> 32n))) : (value as number)
  const text = Buffer.from(shown({ type, value }), 'utf8')
  return hashBytes(text)
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
const mixWord = (word: number): number => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
const mix = (hash: number, word: number): number => (Math.imul(rotate(hash ^ mixWord(word), 13), 5) + 0xe6546b64) | 0

/** Flink's hash of a BinaryString: MurmurHash of its bytes, word by word with seed 42. */
function hashBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let hash = 42
  const aligned = bytes.length - (bytes.length % 4)
  for (let i = 0; i < aligned; i += 4) hash = mix(hash, view.getInt32(i, true))
  for (let i = aligned; i < bytes.length; i++) hash = mix(hash, view.getInt8(i))
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

const whole = ({ type, value }: Argument): bigint => (isWhole(type) ? BigInt(value as number) : refuse('%d'))

function decimal(spec: Specifier, value: bigint): string {
  if (spec.precision !== undefined) refuse('a precision with %d')
  return signed(spec, value < 0n, (value < 0n ? -value : value).toString())
}

/** Sign, grouping and leading zeros around digits. */
function signed({ flags, width }: Specifier, negative: boolean, digits: string): string {
  const grouped = flags.includes(',') ? digits.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',') : digits
  const [before, after] = negative
    ? flags.includes('(')
      ? ['(', ')']
      : ['-', '']
    : [flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '', '']
  const room = flags.includes('0') ? width - before.length - after.length : 0
  return before + grouped.padStart(room, '0') + after
}

/** Two's complement of the type's width. */
function radix({ flags, width }: Specifier, arg: Argument, base: number, prefix: string): string {
  const bits = { TINYINT: 8, SMALLINT: 16, BIGINT: 64, INTERVAL_DAY_TIME: 64 }[arg.type.kind as string] ?? 32
  const digits = BigInt.asUintN(bits, whole(arg)).toString(base)
  const before = flags.includes('#') ? prefix : ''
  return before + (flags.includes('0') ? digits.padStart(width - before.length, '0') : digits)
}

function float(spec: Specifier, { type, value }: Argument, write: (digits: Decimal, precision: number) => string): string {
  if (!isApproximate(type)) refuse(`%${spec.conversion}`)
  const number = value as number
  const negative = number < 0 || Object.is(number, -0)
  if (!Number.isFinite(number))
    return Number.isNaN(number) ? 'NaN' : signed({ ...spec, flags: spec.flags.replace('0', '') }, negative, 'Infinity')
  const text = javaText({ ...type, nullable: true }, Math.abs(number))
  return signed(spec, negative, write(parseDecimal(text), spec.precision ?? 6))
}

/** `digits` times ten to the power of `exponent`. */
interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

/** Java formats the shortest decimal that stands for the double, not the double itself. */
function parseDecimal(text: string): Decimal {
  const [, whole, fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:E(-?\d+))?$/.exec(text)!
  return { digits: BigInt(whole! + fraction), exponent: Number(exponent) - fraction.length }
}

/** Half up, at `exponent`. */
function roundAt({ digits, exponent }: Decimal, to: number): bigint {
  if (exponent >= to) return digits * 10n ** BigInt(exponent - to)
  const unit = 10n ** BigInt(to - exponent)
  return (digits + unit / 2n) / unit
}

function fixed(value: Decimal, precision: number): string {
  const text = roundAt(value, -precision)
    .toString()
    .padStart(precision + 1, '0')
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`
}

function scientific(value: Decimal, precision: number): string {
  if (value.digits === 0n) return `${fixed(value, precision)}e+00`
  let power = value.digits.toString().length - 1 + value.exponent
  let digits = roundAt(value, power - precision).toString()
  if (digits.length > precision + 1) digits = roundAt(value, ++power - precision).toString()
  const mantissa = precision === 0 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** %g: fixed from 10^-4 up to 10^precision, scientific elsewhere; `precision` significant digits. */
function general(value: Decimal, precision: number): string {
  const significant = precision === 0 ? 1 : precision
  if (value.digits === 0n) return fixed(value, significant - 1)
  const power = Number(/e(.*)$/.exec(scientific(value, significant - 1))![1])
  return power >= -4 && power < significant ? fixed(value, significant - 1 - power) : scientific(value, significant - 1)
}
