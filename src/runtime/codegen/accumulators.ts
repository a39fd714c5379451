/**
 * What each aggregate call keeps per group, how a row changes it, and how its result is read: JavaScript over the slots of
 * a state table. Calls share what they can: AVG(x) and SUM(x) keep one sum, COUNT(*) is the group's row count.
 *
 *     SUM BIGINT        two 32-bit words with carry: wraps at 64 bits
 *     SUM TINYINT…INT   32 bits, cut to the type when read
 *     SUM DECIMAL       128 bits and, for wide ones, a word beyond: exact, NULL when read beyond 38 digits
 *     SUM FLOAT         rounded to 32 bits with each row, as Flink's
 *     AVG               SUM / COUNT; the sum of narrow integers in 64 bits
 *     MIN MAX           the value; where rows may be taken away, an ordered set of all values
 *     STDDEV VAR        count, mean, sum of squared distances (Welford)
 *     DISTINCT          a value set: only a value's first row and last retraction reach the accumulators
 *     LISTAGG and kin   an object (`object-aggregates.ts`)
 */
import { UnsupportedError } from '../../base/errors.ts'
import { type Js, Names, join, js, raw } from '../../codegen/js.ts'
import { type DataType, type Field, type Schema, isInteger, types, withNullable } from '../../data/type.ts'
import type { AggregateFunction } from '../../expr/function.ts'
import {
  type Cell,
  type Cells,
  cell,
  cellsOf,
  copyBare,
  copyCell,
  declareColumn,
  declareState,
  lessCell,
  setNull,
  validOf,
} from './cell.ts'
import { type ObjectAggregate, objectAggregate } from './object-aggregates.ts'

/** One aggregate call of a plan node; `planner/physical`'s has the same shape. */
export interface AggregateCall {
  readonly function: AggregateFunction
  readonly args: readonly number[]
  readonly distinct: boolean
  readonly filter: number | undefined
  readonly ignoreNulls: boolean
  readonly name: string
  readonly type: DataType
}

/** A value set beside the groups: which rows it sees, and of which columns. */
export interface SetSpec {
  readonly kind: 'distinct' | 'min' | 'max'
  readonly args: readonly number[]
  readonly filter: number | undefined
}

/** Statements that run for the rows that a guard lets through. */
export interface Step {
  /** What must hold of the row; shared by the steps that have the same. */
  readonly guard: Guard
  readonly add: readonly Js[]
  readonly subtract: readonly Js[]
}

interface Guard {
  readonly conditions: readonly Js[]
  /** The DISTINCT set whose entry must have come or gone. */
  readonly distinct: number | undefined
}

/** Reads a call's result: statements that write it to `to`, from the group in `slot`. */
export type Result = (to: Cell) => readonly Js[]

const SLOT = raw('slot')
const ROW = raw('row')

/** Collects what a node's calls keep. `fields` are value columns of the groups' table, the first one the row count. */
export class Accumulators {
  readonly fields: Field[] = [{ name: 'rows', type: types.double(false) }]
  readonly sets: SetSpec[] = []
  readonly steps: Step[] = []
  readonly results: Result[] = []
  /** Which results are written value by value: their columns themselves must be in scope, as `<name>_column`. */
  readonly slowResults = new Set<number>()
  /** Declarations: the arrays behind what the steps and results name. */
  readonly stateSetUp: Js[] = [js`const rows = table.values[0].doubles`]
  readonly inputSetUp: Js[] = []
  readonly setSetUp: Js[] = []
  readonly scope: Record<string, unknown>
  readonly names: Names
  readonly #schema: Schema
  readonly #retracting: boolean
  readonly #shared = new Map<string, Js>()
  readonly #inputs = new Map<number, Cells>()

  constructor(
    schema: Schema,
    calls: readonly AggregateCall[],
    retracting: boolean,
    names: Names,
    scope: Record<string, unknown>,
  ) {
    this.#schema = schema
    this.#retracting = retracting
    this.names = names
    this.scope = scope
    for (const call of calls) this.results.push(this.#call(call))
  }

  #call(call: AggregateCall): Result {
    const type = call.args.length === 0 ? undefined : this.#schema[call.args[0]!]!.type
    if (type?.kind === 'NULL') throw new UnsupportedError(`${call.function.name} of NULL without a type`)
    switch (call.function.name) {
      case 'COUNT':
      case 'APPROX_COUNT_DISTINCT':
        return this.#countResult(call)
      case 'SUM':
      case '$SUM0':
        return this.#sumResult(call, type!)
      case 'AVG':
        return this.#averageResult(call, type!)
      case 'MIN':
      case 'MAX':
        return this.#retracting ? this.#bestResult(call, type!) : this.#keptResult(call, type!)
      case 'FIRST_VALUE':
      case 'LAST_VALUE':
        return this.#retracting || call.distinct ? this.#objectResult(call) : this.#keptResult(call, type!)
      case 'STDDEV_POP':
      case 'STDDEV_SAMP':
      case 'STDDEV':
      case 'VAR_POP':
      case 'VAR_SAMP':
      case 'VARIANCE':
        return this.#spreadResult(call, type!)
      default:
        return this.#objectResult(call)
    }
  }

  // ── what is kept ───────────────────────────────────────────────────────────────────────────────────

  /** A value column of the groups' table. Answers its cells, which `stateSetUp` declares. */
  #keep(wish: string, type: DataType): Cells {
    const cells = cellsOf(type, this.names.fresh(wish))
    this.stateSetUp.push(declareState(cells, js`table.values[${this.fields.length}]`))
    this.fields.push({ name: String(cells.name), type })
    return cells
  }

  /** An input column, declared on first use. */
  #input(index: number): Cells {
    let cells = this.#inputs.get(index)
    if (cells === undefined) {
      const { name, type } = this.#schema[index]!
      cells = cellsOf(type, this.names.fresh(name))
      this.inputSetUp.push(declareColumn(cells, js`columns[${index}]`))
      this.#inputs.set(index, cells)
    }
    return cells
  }

  /** The rows a call sees: those that pass its FILTER and whose arguments are not NULL; with DISTINCT, once per value. */
  #guard(call: AggregateCall, options: { readonly nulls?: boolean } = {}): Guard {
    if (call.distinct || call.function.name === 'APPROX_COUNT_DISTINCT') {
      return { conditions: [], distinct: this.#set({ kind: 'distinct', args: call.args, filter: call.filter }) }
    }
    const conditions: Js[] = []
    if (call.filter !== undefined) {
      const filter = this.#input(call.filter)
      if (filter.type.nullable) conditions.push(js`${validOf(filter)}[row] === 1`)
      conditions.push(js`${filter.name}[row] === 1`)
    }
    if (options.nulls !== true) {
      for (const arg of call.args)
        if (this.#schema[arg]!.type.nullable) conditions.push(js`${validOf(this.#input(arg))}[row] === 1`)
    }
    return { conditions, distinct: undefined }
  }

  #set(spec: SetSpec): number {
    const same = (other: SetSpec) =>
      other.kind === spec.kind && other.filter === spec.filter && String(other.args) === String(spec.args)
    const known = this.sets.findIndex(same)
    if (known >= 0) return known
    const i = this.sets.push(spec) - 1
    const name = raw(`set${i}`)
    this.setSetUp.push(js`const ${name} = sets[${i}], ${name}_entries = ${name}.entries, ${name}_counts = ${name}.counts`)
    return i
  }

  /** Keeps something once for all calls that need it: `make` makes it. */
  #share(key: string, guard: Guard, make: () => Js): Js {
    const full = `${key} ${String(join(guard.conditions, '&'))} ${guard.distinct}`
    let name = this.#shared.get(full)
    if (name === undefined) {
      name = make()
      this.#shared.set(full, name)
    }
    return name
  }

  /** How many rows a guard let through, as a double by slot: the group's row count where it lets all through. */
  #count(guard: Guard, wish: string): Js {
    if (guard.conditions.length === 0 && guard.distinct === undefined) return raw('rows')
    return this.#share('count', guard, () => {
      const { name } = this.#keep(`count_${wish}`, types.double(false))
      this.steps.push({ guard, add: [js`${name}[slot] += 1`], subtract: [js`${name}[slot] -= 1`] })
      return name
    })
  }

  #wish(call: AggregateCall): string {
    const args = call.args.map(i => this.#schema[i]!.name).join('_')
    return `${call.distinct ? 'distinct_' : ''}${args}${call.filter === undefined ? '' : '_filtered'}`
  }

  // ── COUNT, SUM, AVG ────────────────────────────────────────────────────────────────────────────────

  #countResult(call: AggregateCall): Result {
    const count = this.#count(this.#guard(call), this.#wish(call) || 'filtered')
    return to => [
      ...markValid(to),
      js`${to.cells.name}[2 * ${to.at}] = ${count}[slot]`,
      js`${to.cells.name}[2 * ${to.at} + 1] = ${count}[slot] < 4294967296 ? 0 : ${count}[slot] / 4294967296`,
    ]
  }

  #sumResult(call: AggregateCall, type: DataType): Result {
    const guard = this.#guard(call)
    const sum = this.#sum(call, type, guard)
    const count = this.#count(guard, this.#wish(call))
    if (type.kind === 'DECIMAL') {
      return this.#orNull(call, js`${count}[slot] > 0`, to =>
        type.precision <= 18
          ? copyBare(to, cell(cellsOf(types.decimal(38, 0), sum), SLOT))
          : [
              js`if (fitsDecimal(${sum}, ${sum}_high, ${sum}_over[slot], slot)) {
                ${copyBare(to, cell(cellsOf(types.decimal(38, 0), sum), SLOT))}
              } else {
                ${tooWide(to, call)}
              }`,
            ],
      )
    }
    return this.#orNull(call, js`${count}[slot] > 0`, to =>
      isInteger(type) && type.kind !== 'BIGINT'
        ? [js`${to.cells.name}[${to.at}] = ${cut(type, js`${sum}[slot]`)}`]
        : copyBare(to, cell(cellsOf(withNullable(type, false), sum), SLOT)),
    )
  }

  #averageResult(call: AggregateCall, type: DataType): Result {
    const guard = this.#guard(call)
    const isNarrow = isInteger(type) && type.kind !== 'BIGINT'
    const sum = isNarrow ? this.#longSum(call, guard) : this.#sum(call, type, guard)
    const count = this.#count(guard, this.#wish(call))
    return this.#orNull(call, js`${count}[slot] > 0`, to => {
      const out = to.cells.name
      switch (type.kind) {
        case 'DOUBLE':
          return [js`${out}[${to.at}] = ${sum}[slot] / ${count}[slot]`]
        case 'FLOAT':
          return [js`${out}[${to.at}] = Math.fround(${sum}[slot] / ${count}[slot])`]
        case 'BIGINT':
          return [js`averageLong(${sum}, slot, ${count}[slot], ${out}, ${to.at})`]
        case 'DECIMAL': {
          const factor = 10n ** BigInt((call.type as typeof type).scale - type.scale)
          const over = type.precision <= 18 ? js`${sum}_high[2 * slot + 1] >> 31` : js`${sum}_over[slot]`
          return [
            js`if (!averageDecimal(${sum}, ${sum}_high, ${over}, slot, ${count}[slot], ${factor}, ${out}, ${out}_high, ${to.at})) {
              ${tooWide(to, call)}
            }`,
          ]
        }
        default:
          return [js`${out}[${to.at}] = averageInt(${sum}, slot, ${count}[slot])`]
      }
    })
  }

  /** Keeps the sum of a column. Answers its name: words for BIGINT and DECIMAL, plain numbers otherwise. */
  #sum(call: AggregateCall, type: DataType, guard: Guard): Js {
    const index = call.args[0]!
    const value = this.#input(index).name
    return this.#share(`sum ${index}`, guard, () => {
      const wish = `sum_${this.#wish(call)}`
      const step = (add: readonly Js[], subtract: readonly Js[]) => this.steps.push({ guard, add, subtract })
      switch (type.kind) {
        case 'TINYINT':
        case 'SMALLINT':
        case 'INT': {
          const { name } = this.#keep(wish, types.int(false))
          step([js`${name}[slot] += ${value}[row]`], [js`${name}[slot] -= ${value}[row]`])
          return name
        }
        case 'FLOAT':
        case 'DOUBLE': {
          const { name } = this.#keep(wish, types.double(false))
          const rounded = (sum: Js) => (type.kind === 'FLOAT' ? js`Math.fround(${sum})` : sum)
          step(
            [js`${name}[slot] = ${rounded(js`${name}[slot] + ${value}[row]`)}`],
            [js`${name}[slot] = ${rounded(js`${name}[slot] - ${value}[row]`)}`],
          )
          return name
        }
        case 'BIGINT':
          return this.#keepLongSum(wish, guard, js`${value}[2 * row]`, js`${value}[2 * row + 1]`)
        case 'DECIMAL':
          return this.#sumDecimal(type, wish, value, step)
        default:
          throw new UnsupportedError(`${call.function.name} of ${type.kind}`)
      }
    })
  }

  /** AVG adds narrow integers up in 64 bits, where SUM wraps at their own width. */
  #longSum(call: AggregateCall, guard: Guard): Js {
    const index = call.args[0]!
    const value = this.#input(index).name
    return this.#share(`long sum ${index}`, guard, () =>
      this.#keepLongSum(`long_sum_${this.#wish(call)}`, guard, js`${value}[row]`, js`(${value}[row] >> 31)`),
    )
  }

  #keepLongSum(wish: string, guard: Guard, lowWord: Js, highWord: Js): Js {
    const { name } = this.#keep(wish, types.bigint(false))
    const low = this.names.fresh('low')
    this.steps.push({
      guard,
      add: [
        js`const ${low} = (${name}[2 * slot] + ${lowWord}) | 0`,
        js`${name}[2 * slot] = ${low}`,
        js`${name}[2 * slot + 1] += ${highWord} + (${low} >>> 0 < ${lowWord} >>> 0 ? 1 : 0)`,
      ],
      subtract: [
        js`const ${low} = ${name}[2 * slot]`,
        js`${name}[2 * slot] = ${low} - ${lowWord}`,
        js`${name}[2 * slot + 1] -= ${highWord} + (${low} >>> 0 < ${lowWord} >>> 0 ? 1 : 0)`,
      ],
    })
    return name
  }

  #sumDecimal(type: DataType & { kind: 'DECIMAL' }, wish: string, value: Js, step: (add: Js[], subtract: Js[]) => void): Js {
    const { name } = this.#keep(wish, types.decimal(38, 0, false))
    if (type.precision <= 18) {
      const words = js`${value}[2 * row], ${value}[2 * row + 1], ${value}[2 * row + 1] >> 31, ${value}[2 * row + 1] >> 31`
      step([js`add128(${name}, ${name}_high, slot, ${words})`], [js`subtract128(${name}, ${name}_high, slot, ${words})`])
      return name
    }
    const over = raw(`${String(name)}_over`)
    this.stateSetUp.push(js`const ${over} = table.values[${this.fields.length}].ints`)
    this.fields.push({ name: String(over), type: types.int(false) })
    const high = raw(`${String(value)}_high`)
    const words = js`${value}[2 * row], ${value}[2 * row + 1], ${high}[2 * row], ${high}[2 * row + 1]`
    step(
      [js`${over}[slot] += (${high}[2 * row + 1] >> 31) + add128(${name}, ${name}_high, slot, ${words})`],
      [js`${over}[slot] -= (${high}[2 * row + 1] >> 31) + subtract128(${name}, ${name}_high, slot, ${words})`],
    )
    return name
  }

  /** The result where `present` holds, otherwise NULL; SUM0's nothing is 0, which the accumulator holds anyway. */
  #orNull(call: AggregateCall, present: Js, write: Result): Result {
    if (!call.type.nullable || call.function.name === '$SUM0') return to => [...markValid(to), ...write(to)]
    return to => [
      js`if (${present}) {
        ${[...markValid(to), ...write(to)]}
      } else {
        ${setNull(to)}
      }`,
    ]
  }

  // ── MIN, MAX, FIRST_VALUE, LAST_VALUE ──────────────────────────────────────────────────────────────

  /** Rows only come: the one value that counts is kept. */
  #keptResult(call: AggregateCall, type: DataType): Result {
    const which = call.function.name
    const guard = this.#guard({ ...call, distinct: false })
    const input = this.#input(call.args[0]!)
    const kept = this.#keep(`${which.toLowerCase()}_${this.#wish(call)}`, withNullable(type, true))
    const [old, incoming] = [cell(kept, SLOT), cell(input, ROW)]
    const copy = [js`${validOf(kept)}[slot] = 1`, ...copyBare(old, incoming)]
    const better = which === 'MIN' ? lessCell(incoming, old) : which === 'MAX' ? lessCell(old, incoming) : js`false`
    const empty = js`${validOf(kept)}[slot] === 0`
    const add =
      which === 'LAST_VALUE'
        ? copy
        : [
            js`if (${which === 'FIRST_VALUE' ? empty : js`${empty} || ${better}`}) {
      ${copy}
    }`,
          ]
    this.steps.push({ guard, add, subtract: [] })
    return to => (to.cells.type.nullable ? copyCell(to, old) : copyBare(to, old))
  }

  /** MIN and MAX where rows may be taken away: all values are kept, in order. */
  #bestResult(call: AggregateCall, type: DataType): Result {
    const kind = call.function.name === 'MIN' ? 'min' : 'max'
    const i = this.#set({ kind, args: call.args, filter: call.filter })
    const set = raw(`set${i}`)
    this.#share(`best ${i}`, { conditions: [], distinct: undefined }, () => {
      const entry = js`${set}_entries[row]`
      const guard = { conditions: [js`${entry} >= 0`], distinct: undefined }
      this.steps.push({ guard, add: [js`${set}.add(slot, ${entry})`], subtract: [js`${set}.remove(slot, ${entry})`] })
      return set
    })
    const values = cellsOf(withNullable(type, false), raw(`set${i}_value`))
    return to => {
      const best = this.names.fresh('best')
      const read = [declareState(values, js`${set}.value`), ...copyBare(to, cell(values, best))]
      return [
        js`const ${best} = ${set}.best(slot)`,
        js`if (${best} >= 0) {
          ${[...markValid(to), ...read]}
        }${
          to.cells.type.nullable
            ? js` else {
          ${setNull(to)}
        }`
            : js``
        }`,
      ]
    }
  }

  // ── STDDEV, VAR ────────────────────────────────────────────────────────────────────────────────────

  #spreadResult(call: AggregateCall, type: DataType): Result {
    this.slowResults.add(this.results.length)
    const guard = this.#guard(call)
    const count = this.#count(guard, this.#wish(call))
    const squares = this.#share(`squares ${call.args[0]}`, guard, () => {
      const mean = this.#keep(`mean_${this.#wish(call)}`, types.double(false)).name
      const { name } = this.#keep(`squares_${this.#wish(call)}`, types.double(false))
      const away = this.names.fresh('away')
      const value = this.#asDouble(call.args[0]!, type)
      this.steps.push({
        guard,
        add: [
          js`const ${away} = ${value} - ${mean}[slot]`,
          js`${mean}[slot] += ${away} / ${count}[slot]`,
          js`${name}[slot] += ${away} * (${value} - ${mean}[slot])`,
        ],
        subtract: [
          js`const ${away} = ${value} - ${mean}[slot]`,
          js`${mean}[slot] = ${count}[slot] > 0 ? ${mean}[slot] - ${away} / ${count}[slot] : 0`,
          js`${name}[slot] = ${count}[slot] > 0 ? Math.max(0, ${name}[slot] - ${away} * (${value} - ${mean}[slot])) : 0`,
        ],
      })
      return name
    })
    const sample = !call.function.name.endsWith('_POP')
    const root = call.function.name.startsWith('STDDEV')
    const variance = sample ? js`${squares}[slot] / (${count}[slot] - 1)` : js`${squares}[slot] / ${count}[slot]`
    const result = root ? js`Math.sqrt(${variance})` : variance
    return this.#orNull(call, js`${count}[slot] > ${sample ? 1 : 0}`, to => writeDouble(to, result))
  }

  #asDouble(index: number, type: DataType): Js {
    const { name } = this.#input(index)
    switch (type.kind) {
      case 'BIGINT':
        return js`longToDouble(${name}, row)`
      case 'DECIMAL':
        return type.precision <= 18
          ? js`longToDouble(${name}, row) / ${10 ** type.scale}`
          : js`wideToDouble(${name}, ${name}_high, row) / ${10 ** type.scale}`
      default:
        return js`${name}[row]`
    }
  }

  // ── all others ─────────────────────────────────────────────────────────────────────────────────────

  #objectResult(call: AggregateCall): Result {
    this.slowResults.add(this.results.length)
    const aggregate: ObjectAggregate | undefined = objectAggregate(call, this.#schema)
    if (aggregate === undefined) throw new UnsupportedError(`the aggregate ${call.function.name}`)
    const helper = this.names.fresh(call.function.name.toLowerCase())
    this.scope[String(helper)] = aggregate
    const { name } = this.#keep(`${String(helper)}_${this.#wish(call)}`, types.variant(false))
    const guard = this.#guard(call, { nulls: aggregate.seesNulls })
    const values = join(
      call.args.map(i => js`valueAt(columns[${i}], row)`),
      ', ',
    )
    this.steps.push({
      guard,
      add: [js`${helper}.add(${name}[slot] ??= ${helper}.create(), ${values})`],
      subtract: [js`${helper}.subtract(${name}[slot] ??= ${helper}.create(), ${values})`],
    })
    return to => [
      js`setResult(${to.cells.name}_column, ${to.at}, ${name}[slot] === null ? ${helper}.empty : ${helper}.result(${name}[slot]))`,
    ]
  }
}

const markValid = (to: Cell): readonly Js[] => (to.cells.type.nullable ? [js`${validOf(to.cells)}[${to.at}] = 1`] : [])

/** A decimal beyond 38 digits is NULL; in a column that is NOT NULL it fails the job. */
const tooWide = (to: Cell, call: AggregateCall): readonly Js[] =>
  to.cells.type.nullable ? setNull(to) : [js`throw overflow(${call.function.name}, ${call.name})`]

/** 32 bits as the type has them. */
function cut(type: DataType, value: Js): Js {
  if (type.kind === 'TINYINT') return js`(${value} << 24 >> 24)`
  return type.kind === 'SMALLINT' ? js`(${value} << 16 >> 16)` : value
}

/** Writes a double as a number of the target's type. */
function writeDouble(to: Cell, value: Js): readonly Js[] {
  const { type, name } = to.cells
  switch (type.kind) {
    case 'DOUBLE':
      return [js`${name}[${to.at}] = ${value}`]
    case 'FLOAT':
      return [js`${name}[${to.at}] = Math.fround(${value})`]
    case 'DECIMAL':
      return [js`setResult(${name}_column, ${to.at}, doubleToDecimal(${value}, ${type.scale}))`]
    case 'BIGINT':
      return [js`setResult(${name}_column, ${to.at}, doubleToInteger(${value}, 64))`]
    default:
      return [js`${name}[${to.at}] = ${cut(type, js`doubleToInteger(${value}, 32)`)}`]
  }
}
