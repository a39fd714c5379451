/**
 * Numbers as Java prints them, since a schema's stored text went through Java's printers.
 *
 *     javaDouble(100)        100.0        javaDecimal('1e3')    1E+3
 *     javaDouble(1e10)       1.0E10       javaDecimal('1.50')   1.50
 */

/** `Double.toString`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/** `BigDecimal.toString` of a number as JSON writes it: the scale stays, an exponent only where it must be. */
export function javaDecimal(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text)!
  const digits = `${whole}${fraction}`.replace(/^0+(?=[0-9])/, '')
  const scale = fraction.length - Number(exponent)
  const minus = digits === '0' ? '' : sign!
  const adjusted = digits.length - 1 - scale
  if (scale >= 0 && adjusted >= -6) {
    if (scale === 0) return `${minus}${digits}`
    const padded = digits.padStart(scale + 1, '0')
    return `${minus}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${minus}${mantissa}${adjusted === 0 ? '' : `E${adjusted > 0 ? '+' : ''}${adjusted}`}`
}
