/**
 * What a scalar function is. One entry per SQL function, overloads included.
 *
 * The binder promises to call `resolve` with the argument types, to cast each argument to the type `resolve` asks for,
 * and to use its result type. The function promises in return that `implement` takes values of exactly those types (as
 * `data/value.ts` writes them) and answers a value of the result type.
 *
 * Generated code calls what `implement` made, or, where the function has `inline`, splices its JavaScript.
 * `inline` and `implement` mean the same; a property test holds them together.
 */
import type { Js } from '../codegen/js.ts'
import type { DataType } from '../data/type.ts'
import type { Value } from '../data/value.ts'

/** One argument as the binder sees it. `literal` is there when its value is known before the query runs (null = NULL). */
export interface ArgShape {
  readonly type: DataType
  readonly literal?: Value
}

export interface Resolution {
  /** The type each argument is cast to first; the argument's own type where nothing is to be done. */
  readonly args: readonly DataType[]
  readonly returns: DataType
}

/** What an expression may ask of the session it runs in. */
export interface SessionFacts {
  /** `table.local-time-zone`, an IANA name. */
  readonly zone: string
  /** `table.exec.legacy-cast-behaviour`. */
  readonly legacyCast: boolean
  /** Epoch milliseconds for CURRENT_TIMESTAMP and its kin: per record in a stream, the start of the query in a batch. */
  nowMs(): number
  /** Epoch milliseconds of this very record, in a batch too: PROCTIME, CURRENT_ROW_TIMESTAMP. */
  rowNowMs(): number
  /** In [0, 1): RAND, UUID. */
  random(): number
  readonly database: string
}

/** One place in a query where the function is called; known before the first row. */
export interface CallSite {
  readonly args: readonly ArgShape[]
  readonly returns: DataType
  readonly session: SessionFacts
}

/** A non-NULL argument inside generated code. `value` is an identifier or a literal: it may be spliced more than once. */
export interface JsArg {
  readonly type: DataType
  /** An expression whose value `data/value.ts` describes. Reading it may cost (text is decoded), so ask for it only if used. */
  readonly value: Js
  /** Text and binary also as bytes, where no string is needed: `bytes[start, end)`. */
  readonly view: { readonly bytes: Js; readonly start: Js; readonly end: Js } | undefined
  /** The value of a literal. */
  readonly literal: Value | undefined
}

export interface ScalarFunction {
  /** Upper case, as Flink documents it; operators by their sign: `+`, `=`, `LIKE`, `IS NULL`. */
  readonly name: string
  /** `SUBSTRING(text STRING, start INT[, length INT])`: for error messages, completion and the documentation. */
  readonly signatures: readonly string[]
  /** One sentence for the documentation. */
  readonly doc: string
  /**
   * Parameter and result types for these arguments, or undefined when they do not fit (the binder then writes Flink's
   * "Cannot apply ..." with the signatures). May throw an `SqlError` without a span where it knows better.
   */
  resolve(args: readonly ArgShape[], session: SessionFacts): Resolution | undefined
  /** `propagate`: NULL if any argument is NULL, and `implement` never sees one. `sees`: it is called with nulls. */
  readonly nulls: 'propagate' | 'sees'
  /** True when the result may be NULL though no argument is; a function of the site where that depends on the types. Always so for `sees` with a nullable result. */
  readonly partial?: boolean | ((site: CallSite) => boolean)
  /** The function for one call site. What is known before the first row (patterns, formats, zones) is prepared here. */
  // oxlint-disable-next-line typescript/no-explicit-any
  implement(site: CallSite): (...args: any[]) => Value
  /**
   * An expression in place of the call, for non-NULL arguments; undefined where this call site has none.
   * `helper(name, value)` puts a function or constant of ours in scope and answers its identifier.
   */
  readonly inline?: (site: CallSite, args: readonly JsArg[], helper: (name: string, value: unknown) => Js) => Js | undefined
  /**
   * True when `inline` neither throws nor looks at more than its operands: it may be computed where a NULL lies underneath.
   * Its result is then never NULL. A function of the site where that depends on the types.
   */
  readonly total?: boolean | ((site: CallSite) => boolean)
  /** False for RAND, UUID, CURRENT_TIMESTAMP …: never folded, never moved. */
  readonly deterministic: boolean
}

/** An aggregate function as the binder sees it; `runtime/codegen` knows how each is computed. */
export interface AggregateFunction {
  readonly name: string
  readonly signatures: readonly string[]
  readonly doc: string
  /** Like `ScalarFunction.resolve`. An aggregate over no rows is NULL, so the result is nullable unless the function says otherwise. */
  resolve(args: readonly ArgShape[], call: { readonly distinct: boolean; readonly grouped: boolean }): Resolution | undefined
}
