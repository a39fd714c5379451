/**
 * Every error Millrace throws: a stable code, who can act on it, what happened, where, and what to do.
 *
 *     SqlError       the user's statement: span, caret, "did you mean"
 *     DataError      a record that can't be read: file and line, topic and offset
 *     ConnectorError the outside world: which table, and whether trying again can help
 *     InvariantError ours: a bug, caught by nobody
 */
import { type Span, excerpt } from './span.ts'

/** Who can act: the user, the outside world, or we. */
export type ErrorKind = 'user' | 'external' | 'internal'

export interface ErrorDetails {
  /** What the user may do about it, as a sentence: `did you mean 'amount'?`. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** The one error class. `code` is stable and documented; `message` is one sentence without a line end. */
export class MillraceError extends Error {
  readonly code: string
  readonly kind: ErrorKind
  readonly hint: string | undefined

  constructor(code: string, kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.kind = kind
    this.hint = details.hint
  }

  /** Message and hint as a person reads them on a terminal. */
  describe(): string {
    return this.hint === undefined ? this.message : `${this.message}\n  ${this.hint}`
  }
}

/** A statement that can't be understood or run. Knows the place in the text it is about. */
export class SqlError extends MillraceError {
  readonly span: Span | undefined
  /** The whole text that `span` points into; filled in by whoever knows it. */
  source: string | undefined

  constructor(code: string, message: string, span?: Span, details: ErrorDetails = {}) {
    super(code, 'user', message, details)
    this.span = span
  }

  /**
   *     column 'amout' is not in table 'orders'
   *      1 | SELECT user, SUM(amout) FROM orders
   *        |                  ^^^^^ did you mean 'amount'?
   */
  override describe(): string {
    if (this.source === undefined || this.span === undefined) return super.describe()
    return `${this.message}\n${excerpt(this.source, this.span, this.hint)}`
  }
}

/** Something Millrace understands and does not do yet. Conformance counts it apart from failures. */
export class UnsupportedError extends SqlError {
  constructor(what: string, span?: Span, details: ErrorDetails = {}) {
    super('NOT_SUPPORTED', `${what} is not supported yet`, span, details)
  }
}

/** A record that can't be decoded, with its place: `orders.json:17`, `part-0.parquet row 4096`. */
export class DataError extends MillraceError {
  readonly place: string

  constructor(code: string, place: string, message: string, details: ErrorDetails = {}) {
    super(code, 'external', `${place}: ${message}`, details)
    this.place = place
  }
}

/** A value that an expression can't compute at run time: division by zero, a failed CAST. */
export class EvaluationError extends MillraceError {
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(code, 'user', message, details)
  }
}

/** The outside world said no: a file, a socket, a disk. */
export class ConnectorError extends MillraceError {
  readonly retry: 'backoff' | 'never'

  constructor(code: string, message: string, details: ErrorDetails & { readonly retry?: 'backoff' | 'never' } = {}) {
    super(code, 'external', message, details)
    this.retry = details.retry ?? 'never'
  }
}

/** A bug of ours. */
export class InvariantError extends MillraceError {
  constructor(message: string) {
    super('INTERNAL', 'internal', message)
  }
}
