/** Hints: comments that mean something. */
import type { Hint, HintArgument } from './ast.ts'
import type { Cursor } from './cursor.ts'

/** `/*+ OPTIONS('k'='v'), BROADCAST(t) *\/`, or nothing. */
export function hints(p: Cursor): Hint[] {
  if (!p.take('/*+')) return []
  const list = p.list(() => hint(p))
  p.expect('*/')
  return list
}

function hint(p: Cursor): Hint {
  if (p.token.kind !== 'word' && p.token.kind !== 'quoted') p.fail('a hint')
  const name = p.anyWord()
  const args = p.take('(') && !p.take(')') ? p.list(() => hintArgument(p)) : []
  if (args.length > 0) p.expect(')')
  return { kind: 'hint', name, args, span: p.spanFrom(name.span.start) }
}

function hintArgument(p: Cursor): HintArgument {
  const start = p.start
  const first = hintWord(p)
  if (first.kind === 'number' || !p.take('=')) {
    return { kind: 'hint-argument', key: undefined, value: first, span: p.spanFrom(start) }
  }
  return { kind: 'hint-argument', key: first, value: hintWord(p), span: p.spanFrom(start) }
}

function hintWord(p: Cursor): HintArgument['value'] {
  if (p.atString()) return p.string()
  if (p.token.kind === 'number') return p.number()
  return p.token.kind === 'word' ? p.anyWord() : p.identifier('a name or a string')
}
