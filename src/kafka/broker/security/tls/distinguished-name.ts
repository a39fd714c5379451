/**
 * Whom a certificate is for, as text: RFC 2253, which is what Kafka's principals are written in.
 *
 *     the subject C=DE, O="Ann & Sons, Ltd", CN=ann        CN=ann,O=Ann & Sons\, Ltd,C=DE
 */

/** One value of ASN.1 in DER: its tag, and where its contents are. */
interface DerValue {
  readonly tag: number
  readonly from: number
  readonly to: number
}

const OID = 0x06
const CONTEXT_0 = 0xa0
/** UTF8, Printable, T61, IA5, General, Universal and BMP strings. */
const strings: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x1b, 0x1c, 0x1e])

/** The attributes that RFC 2253 has words for. */
const keywords: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
])

/** The subject of an X.509 certificate that was verified before. */
export function subjectOf(certificate: Uint8Array): string {
  const [signed] = parts(certificate, valueAt(certificate, 0))
  const fields = parts(certificate, signed!)
  // version?, serial, signature, issuer, validity, subject
  const subject = fields[fields[0]!.tag === CONTEXT_0 ? 5 : 4]!
  return parts(certificate, subject)
    .map(rdn => parts(certificate, rdn).map(attribute => attributeText(certificate, attribute)))
    .map(attributes => attributes.join('+'))
    .toReversed()
    .join(',')
}

function attributeText(bytes: Uint8Array, attribute: DerValue): string {
  const [type, value] = parts(bytes, attribute)
  const oid = oidText(bytes, type!)
  const keyword = keywords.get(oid)
  const content = bytes.subarray(value!.from, value!.to)
  if (keyword !== undefined && strings.has(value!.tag)) return `${keyword}=${escaped(new TextDecoder().decode(content))}`
  const whole = bytes.subarray(type!.to, value!.to)
  return `${keyword ?? oid}=#${Buffer.from(whole).toString('hex')}`
}

const escaped = (text: string): string =>
  text
    .replaceAll(/[,=+<>#;"\\]/g, found => `\\${found}`)
    .replaceAll('\0', '\\00')
    .replace(/^ +| +$/g, spaces => '\\ '.repeat(spaces.length))

function oidText(bytes: Uint8Array, { tag, from, to }: DerValue): string {
  if (tag !== OID) throw new RangeError('a type of an attribute is an object identifier')
  const numbers: number[] = []
  let number = 0
  for (let i = from; i < to; i++) {
    number = number * 128 + (bytes[i]! & 0x7f)
    if ((bytes[i]! & 0x80) !== 0) continue
    if (numbers.length === 0)
      numbers.push(Math.min(2, Math.floor(number / 40)), number - 40 * Math.min(2, Math.floor(number / 40)))
    else numbers.push(number)
    number = 0
  }
  return numbers.join('.')
}

function parts(bytes: Uint8Array, { from, to }: DerValue): DerValue[] {
  const found: DerValue[] = []
  for (let at = from; at < to; at = found.at(-1)!.to) found.push(valueAt(bytes, at))
  return found
}

function valueAt(bytes: Uint8Array, at: number): DerValue {
  const tag = bytes[at]!
  const first = bytes[at + 1]!
  if (first < 0x80) return within(bytes, tag, at + 2, first)
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + bytes[at + 2 + i]!
  return within(bytes, tag, at + 2 + (first & 0x7f), length)
}

function within(bytes: Uint8Array, tag: number, from: number, length: number): DerValue {
  if (!(from + length <= bytes.length)) throw new RangeError('a certificate ends before its contents')
  return { tag, from, to: from + length }
}
