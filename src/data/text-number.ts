/**
 * Numbers as text, Java's way: what CAST(… AS STRING), the text formats and the notation print.
 */

/**
 * Java's `Double.toString`: shortest digits that read back as the same number, at least one of them behind the point,
 * an exponent below 1e-3 and from 1e7.
 *
 *     2 → 2.0    1e10 → 1.0E10    0.0001 → 1.0E-4
 */
export function doubleText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7)
    return value === 0 ? (Object.is(value, -0) ? '-0.0' : '0.0') : `${value}.0`
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return String(value)
  return javaExponent(value, value.toExponential())
}

/** Java's `Float.toString`, for a number that is a 32-bit float: shortest digits among floats. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7)
    return value === 0 ? (Object.is(value, -0) ? '-0.0' : '0.0') : `${value}.0`
  if (!Number.isFinite(value)) return doubleText(value)
  const digits = floatExponential(value)
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e7) return javaExponent(value, digits)
  const plain = String(Number(digits))
  return plain.includes('.') ? plain : `${plain}.0`
}

/** The shortest `d.ddde±n` that is nearest to this float and to no other. */
function floatExponential(value: number): string {
  // Below 2^-126 floats have fewer digits; above it six digits never name two floats.
  for (let fraction = Math.abs(value) < 1.1754943508222875e-38 ? 0 : 5; fraction < 8; fraction++) {
    const text = value.toExponential(fraction)
    if (Math.fround(Number(text)) === value) return shortened(text)
    // Above a power of two floats lie twice as far apart as below it: the next decimal away from zero may still be right.
    const away = nextDecimal(text)
    if (Math.fround(Number(away)) === value) return shortened(away)
  }
  return value.toExponential(8)
}

const shortened = (exponential: string): string => exponential.replace(/\.?0*e/, 'e')

/** `d.ddde±n` with its last digit counted up. */
function nextDecimal(exponential: string): string {
  const [mantissa, exponent] = exponential.split('e') as [string, string]
  const fraction = mantissa.split('.')[1]?.length ?? 0
  const next = BigInt(mantissa.replace('.', '')) + (mantissa.startsWith('-') ? -1n : 1n)
  return `${next}e${Number(exponent) - fraction}`
}

/** Java's exponent form of `d.ddde±n`: one digit at least behind the point, and of one-digit numbers the nearest two digits. */
function javaExponent(value: number, exponential: string): string {
  const [mantissa, exponent] = (/^-?\de/.test(exponential) ? value.toExponential(1) : exponential).split('e') as [string, string]
  return `${mantissa}E${exponent.replace('+', '')}`
}

/** A scaled integer as a plain number with `scale` digits behind the point: (1250n, 2) → 12.50. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

export * from './number-bytes.ts'
