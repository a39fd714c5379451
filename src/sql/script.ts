/**
 * A script cut at its semicolons, without parsing: what a shell needs while someone is still typing.
 *
 *     SELECT ';' /* ; *\/ ; INSERT INTO        two pieces, the second one not complete
 *
 * A semicolon inside STATEMENT SET BEGIN .. END does not cut.
 */
import type { Span } from '../base/span.ts'
import { type Token, tokenize } from './tokens.ts'

export interface Piece {
  /** Without the semicolon and the space around. */
  readonly text: string
  /** Where `text` is in the script. */
  readonly span: Span
  /** Whether its semicolon is there. */
  readonly complete: boolean
}

/** The statements of a script as text, empty ones left out; only the last can be incomplete. */
export function splitScript(text: string): Piece[] {
  const pieces: Piece[] = []
  const block = new Block()
  let first: Token | undefined
  let last: Token | undefined
  const finish = (complete: boolean) => {
    if (first !== undefined && last !== undefined) {
      const span = { start: first.start, end: last.end }
      pieces.push({ text: text.slice(span.start, span.end).trimEnd(), span, complete })
    }
    first = undefined
    last = undefined
  }
  for (const token of tolerantTokens(text)) {
    if (token.symbol === ';' && !block.open) {
      finish(true)
    } else if (token.kind !== 'end') {
      first ??= token
      last = token
      block.see(token.symbol)
    }
  }
  finish(false)
  return pieces
}

/** Whether every statement in the text is ended by its semicolon: a shell need not ask for another line. */
export function isComplete(text: string): boolean {
  return splitScript(text).every(piece => piece.complete)
}

/** Tokens past every character that is none: the parser will complain, not the shell. An open string ends the text. */
function* tolerantTokens(text: string): Generator<Token> {
  let offset = 0
  while (offset < text.length) {
    let skipped: Token | undefined
    for (const token of tokenize(text.slice(offset))) {
      const moved = { ...token, start: token.start + offset, end: token.end + offset }
      if (token.kind !== 'end') yield moved
      if (token.kind === 'bad' && token.unterminated !== true) skipped = moved
    }
    if (skipped === undefined) return
    offset = skipped.end
  }
}

/** Follows BEGIN and END; the END of a CASE belongs to its CASE. */
class Block {
  #last: readonly string[] = []
  #depth = 0

  get open(): boolean {
    return this.#depth > 0
  }

  see(symbol: string): void {
    if (this.#depth === 0 && symbol === 'BEGIN' && this.#last.join(' ') === 'STATEMENT SET') this.#depth = 1
    else if (this.#depth > 0 && symbol === 'CASE') this.#depth += 1
    else if (this.#depth > 0 && symbol === 'END') this.#depth -= 1
    this.#last = [...this.#last.slice(-1), symbol]
  }
}
