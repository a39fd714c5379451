/** JavaScript under construction: lines of text that keep their indentation wherever they are spliced. */
export class Js {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    this.lines = lines
  }

  toString(): string {
    return this.lines.join('\n')
  }
}

/** What a template may splice: code as code, every other value as a literal. Strings can so never become code. */
export type Part = Js | readonly Js[] | string | number | bigint | boolean | null | undefined

/**
 * Writes code as it will read. A spliced block takes the indentation of the place it is spliced at; a list of blocks
 * is spliced line by line; everything that is not code becomes a literal.
 *
 *     js`if (${condition}) {
 *       ${body}
 *     }`
 */
export function js(strings: TemplateStringsArray, ...parts: Part[]): Js {
  const lines = ['']
  const append = (more: readonly string[]) => {
    const last = lines.at(-1)!
    lines[lines.length - 1] = last + (more[0] ?? '')
    if (more.length < 2) return
    const indent = last.slice(0, indentOf(last))
    for (let i = 1; i < more.length; i++) lines.push(more[i] === '' ? '' : indent + more[i])
  }
  linesOf(strings).forEach((text, i) => {
    lines[lines.length - 1] += text[0]
    for (let n = 1; n < text.length; n++) lines.push(text[n]!)
    if (i < parts.length) append(render(parts[i]))
  })
  // A spliced empty list leaves a blank line behind; one at either end comes from the template's own layout.
  const kept = lines.filter((line, i) => line.trim() !== '' || (i > 0 && i < lines.length - 1 && strings.length === 1))
  return new Js(kept.length === 0 ? [''] : kept)
}

/** Names, keywords and operators that come from our own tables, never from a user's text. */
export const raw = (text: string): Js => new Js(text.split('\n'))

/** Pieces with something between them: `a, b, c`. */
export const join = (parts: readonly Js[], between: string): Js => raw(parts.map(String).join(between))

/** A `//` comment. What would end it early (line ends, U+2028 and U+2029 among them) is replaced. */
export const comment = (text: string): Js => raw(`// ${text.replace(/[\n\r\u2028\u2029\v\f\u0085]+/g, ' ')}`)

function render(part: Part): readonly string[] {
  if (part instanceof Js) return part.lines
  if (Array.isArray(part)) return (part as readonly Js[]).flatMap(p => p.lines)
  return [literal(part as Exclude<Part, Js | readonly Js[]>)]
}

function literal(value: string | number | bigint | boolean | null | undefined): string {
  if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '(-0)' : value < 0 ? `(${value})` : String(value)
  if (value === undefined) return 'undefined'
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** The texts of each template as lines without its margin. A template is one object however often it is written. */
const templates = new WeakMap<TemplateStringsArray, readonly (readonly string[])[]>()

function linesOf(strings: TemplateStringsArray): readonly (readonly string[])[] {
  const known = templates.get(strings)
  if (known !== undefined) return known
  const margin = marginOf(strings)
  const texts = strings.map(text =>
    text.split('\n').map((line, i) => (i === 0 ? line : line.slice(Math.min(margin, indentOf(line))))),
  )
  templates.set(strings, texts)
  return texts
}

const indentOf = (line: string): number => line.length - line.trimStart().length

const marginOf = (strings: TemplateStringsArray): number => {
  const indents = strings
    .join('·')
    .split('\n')
    .slice(1)
    .filter(l => l.trim() !== '')
    .map(indentOf)
  return indents.length === 0 ? 0 : Math.min(...indents)
}

/** Hands out identifiers that are readable first and unique second: `price`, `price_2`. */
export class Names {
  readonly #taken = new Set<string>()

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(name)
  }

  fresh(wish: string): Js {
    let base = wish.replace(/\W+/g, '_').replace(/^(?=\d)/, '_') || '_'
    if (reserved.has(base)) base = `${base}_`
    let name = base
    for (let n = 2; this.#taken.has(name); n++) name = `${base}_${n}`
    this.#taken.add(name)
    return raw(name)
  }
}

const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof undefined var void while with yield NaN Infinity BigInt Math Number String Object Array'
  ).split(' '),
)
