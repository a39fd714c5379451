/** Options of connectors and formats: declared once, then checked, documented and completed from the declaration. */
import { didYouMean } from '../base/suggest.ts'
import { SqlError } from '../base/errors.ts'

export interface Option {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean' | 'duration' | 'bytes' | 'enum'
  /** For `enum`. */
  readonly values?: readonly string[]
  readonly default?: string
  readonly description: string
}

export interface OptionSet {
  readonly required: readonly Option[]
  readonly optional: readonly Option[]
  /** Name patterns that take any key: `fields.#.kind` for `fields.<column>.kind`, `properties.*`. */
  readonly patterns?: readonly Option[]
}

/** Typed access to options that were checked against their declaration. */
export class Options {
  readonly #values: Readonly<Record<string, string>>
  readonly #set: OptionSet
  readonly #owner: string

  constructor(owner: string, set: OptionSet, values: Readonly<Record<string, string>>) {
    this.#owner = owner
    this.#set = set
    this.#values = values
    for (const option of set.required) {
      if (values[option.name] === undefined)
        throw new SqlError('OPTION_MISSING', `${owner} needs the option '${option.name}': ${option.description}`)
    }
  }

  string(name: string): string | undefined {
    const option = this.#declared(name)
    const value = this.#values[name] ?? option.default
    if (value !== undefined && option.type === 'enum' && !option.values!.some(v => v.toLowerCase() === value.toLowerCase())) {
      throw this.#bad(name, value, `one of ${option.values!.join(', ')}`, didYouMean(value, option.values!))
    }
    return value
  }

  boolean(name: string): boolean {
    const value = this.string(name)?.toLowerCase()
    if (value === undefined || value === 'false') return false
    if (value === 'true') return true
    throw this.#bad(name, value, 'true or false')
  }

  integer(name: string): number | undefined {
    const value = this.string(name)
    if (value === undefined) return undefined
    if (!/^[+-]?\d+$/.test(value.trim())) throw this.#bad(name, value, 'a whole number')
    return Number(value)
  }

  /** Milliseconds. */
  duration(name: string): number | undefined {
    const value = this.string(name)
    if (value === undefined) return undefined
    const ms = parseDuration(value)
    if (ms === undefined) throw this.#bad(name, value, "a duration such as '200 ms', '10s' or '1 h'")
    return ms
  }

  bytes(name: string): number | undefined {
    const value = this.string(name)
    if (value === undefined) return undefined
    const bytes = parseBytes(value)
    if (bytes === undefined) throw this.#bad(name, value, "a size such as '128MB' or '64 kb'")
    return bytes
  }

  #declared(name: string): Option {
    const option = [...this.#set.required, ...this.#set.optional].find(o => o.name === name)
    if (option === undefined) {
      const pattern = this.#set.patterns?.find(p => matches(p.name, name))
      if (pattern !== undefined) return pattern
      throw new Error(`${this.#owner} reads an option it does not declare: ${name}`)
    }
    return option
  }

  #bad(name: string, value: string, wanted: string, hint?: string): SqlError {
    return new SqlError('OPTION_VALUE', `the option '${name}' of ${this.#owner} is ${wanted}, not '${value}'`, undefined, {
      hint,
    })
  }
}

/** Fails on a name that none of the sets declares, with the nearest one as a hint. */
export function checkOptionNames(owner: string, sets: readonly OptionSet[], names: Iterable<string>): void {
  const known = sets.flatMap(set => [...set.required, ...set.optional]).map(o => o.name)
  const patterns = sets.flatMap(set => set.patterns ?? [])
  for (const name of names) {
    if (known.includes(name) || patterns.some(p => matches(p.name, name))) continue
    const hint = didYouMean(name, known) ?? `the options are: ${known.toSorted().join(', ')}`
    throw new SqlError('OPTION_UNKNOWN', `${owner} has no option '${name}'`, undefined, { hint })
  }
}

const matches = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace('#', '.+').replace('*', '.+')}$`).test(name)

/** `10 s`, `200ms`, `1 min`, `5000` (milliseconds): milliseconds, or undefined. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text)
  const unit = match && durationUnits[match[2]!.toLowerCase()]
  return match && unit !== undefined && unit !== null ? Number(match[1]) * unit : undefined
}

const durationUnits: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [1, ' ms milli millis millisecond milliseconds'],
      [1000, 's sec secs second seconds'],
      [60_000, 'm min minute minutes'],
      [3_600_000, 'h hour hours'],
      [86_400_000, 'd day days'],
      [1e-3, 'µs micro micros microsecond microseconds'],
      [1e-6, 'ns nano nanos nanosecond nanoseconds'],
    ] as const
  ).flatMap(([ms, names]) => names.split(' ').map(name => [name, ms])),
)

/** `128MB`, `64 kb`, `1024`: bytes, or undefined. Units are powers of 1024, as in Flink. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text)
  const power = match && byteUnits[match[2]!.toLowerCase()]
  return match && power !== undefined && power !== null ? Number(match[1]) * 1024 ** power : undefined
}

const byteUnits: Readonly<Record<string, number>> = Object.fromEntries(
  ' b bytes|k kb kib kibibytes|m mb mib mebibytes|g gb gib gibibytes|t tb tib tebibytes'
    .split('|')
    .flatMap((names, power) => names.split(' ').map(name => [name, power])),
)
