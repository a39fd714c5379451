/**
 * DECIMAL values as unscaled integers: 12.50 as DECIMAL(4, 2) is 1250n. Rounding is half away from zero, as Java's
 * HALF_UP. What does not fit its type is NULL.
 *
 *     rescale(1250n, 2, 1)             125n
 *     rescale(1255n, 2, 1)             126n
 *     divideDecimal(10n, 1, 80n, 1, 6) 125000n
 */

/** 10^n for n from 0 to 76. */
export const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 77 }, (_, n) => 10n ** BigInt(n))
export const powerOfTen = (n: number): bigint => POWERS_OF_TEN[n] ?? 10n ** BigInt(n)

/** True when `unscaled` has at most `precision` digits. */
export const fitsDecimal = (unscaled: bigint, precision: number): boolean =>
  unscaled < powerOfTen(precision) && unscaled > -powerOfTen(precision)

/** The value itself, or NULL where it has too many digits. */
export const orOverflow = (unscaled: bigint, precision: number): bigint | null =>
  fitsDecimal(unscaled, precision) ? unscaled : null

/** `numerator / denominator`, rounded half away from zero. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  if ((twice < 0n ? -twice : twice) < (denominator < 0n ? -denominator : denominator)) return quotient
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n
}

/** The same number with another number of fraction digits. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return to === from ? unscaled : unscaled * powerOfTen(to - from)
  return divideHalfUp(unscaled, powerOfTen(from - to))
}

/** How many decimal digits; 1 for zero. */
export function digits(unscaled: bigint): number {
  const size = unscaled < 0n ? -unscaled : unscaled
  let count = size < 0x20000000000000n ? Math.max(Math.floor(Math.log10(Number(size) || 1)), 1) : 15
  while (size >= powerOfTen(count)) count++
  while (count > 1 && size < powerOfTen(count - 1)) count--
  return count
}

/**
 * Division as Flink does it: the quotient has 38 significant digits (half up), then `scale` fraction digits (half up
 * again). `right` is not zero.
 */
export function divideDecimal(left: bigint, leftScale: number, right: bigint, rightScale: number, scale: number): bigint {
  if (left === 0n) return 0n
  const size = left < 0n === right < 0n ? 1n : -1n
  const [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right]
  // Digits behind the point at which the quotient has 38: found by estimate, then corrected by one.
  let fraction = 38 - (digits(a) - leftScale) + (digits(b) - rightScale)
  if (quotientDigits(a, b, leftScale, rightScale, fraction) > 38) fraction -= 1
  const exact = scaledQuotient(a, b, leftScale, rightScale, fraction)
  return size * (scale >= fraction ? exact * powerOfTen(scale - fraction) : divideHalfUp(exact, powerOfTen(fraction - scale)))
}

function scaledQuotient(a: bigint, b: bigint, aScale: number, bScale: number, scale: number): bigint {
  const shift = scale - aScale + bScale
  return shift >= 0 ? divideHalfUp(a * powerOfTen(shift), b) : divideHalfUp(a, b * powerOfTen(-shift))
}

/** Digits of the truncated quotient at this scale. */
function quotientDigits(a: bigint, b: bigint, aScale: number, bScale: number, scale: number): number {
  const shift = scale - aScale + bScale
  return digits(shift >= 0 ? (a * powerOfTen(shift)) / b : a / (b * powerOfTen(-shift)))
}

/** The nearest double, as BigDecimal.doubleValue. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  if (scale === 0) return Number(unscaled)
  if (scale <= 22 && unscaled <= 0x20000000000000n && unscaled >= -0x20000000000000n) return Number(unscaled) / 10 ** scale
  return Number(`${unscaled}e-${scale}`)
}
