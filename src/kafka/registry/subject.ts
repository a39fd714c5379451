/**
 * Subjects and the contexts they stand in.
 *
 *     orders-value             subject orders-value in the default context
 *     :.staging:orders-value   subject orders-value in the context .staging
 *     :.staging:               the context itself: the place of its configuration and mode
 *     :*:orders                in every context
 */

export interface Subject {
  /** `.` is the default context; every name begins with a dot. `*` stands for all. */
  readonly context: string
  /** Without its context; '' for the context itself. */
  readonly name: string
}

export const DEFAULT_CONTEXT = '.'
/** Configuration and modes for every context that has none of its own. */
export const GLOBAL_CONTEXT = '.__GLOBAL'
export const ALL_CONTEXTS = '*'

export function parseSubject(text: string): Subject {
  if (text.startsWith(':.')) {
    const end = text.indexOf(':', 2)
    return end < 0 ? { context: text.slice(1), name: '' } : { context: text.slice(1, end), name: text.slice(end + 1) }
  }
  if (text.startsWith(':*:')) return { context: ALL_CONTEXTS, name: text.slice(3) }
  return { context: DEFAULT_CONTEXT, name: text }
}

/** The prefix of a context: '' for the default one. */
export const prefixOf = (context: string): string => (context === DEFAULT_CONTEXT ? '' : `:${context}:`)

export const printSubject = ({ context, name }: Subject): string => `${prefixOf(context)}${name}`

/** One text per subject: `:.:a` is `a`. */
export const normalizeSubject = (text: string): string => printSubject(parseSubject(text))

/** A subject that is named inside of a schema: without a context it is in the context of that schema's own subject. */
export function qualify(reference: string, parent: string): string {
  const subject = parseSubject(reference)
  return subject.context === DEFAULT_CONTEXT ? printSubject({ ...subject, context: parseSubject(parent).context }) : reference
}

/** A context as a path names it: `staging`, `.staging`, `:.staging:`. Undefined if it can't be one. */
export function contextNamed(text: string): string | undefined {
  const bare = text.replace(/^:/, '').replace(/:$/, '')
  if (bare.includes(':')) return undefined
  return bare.startsWith('.') ? bare : `.${bare}`
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Whether schemas can be registered under it, or (`place`) configuration kept for it. */
export function isValidSubject(text: string, place = false): boolean {
  if (CONTROL.test(text)) return false
  const { context, name } = parseSubject(text)
  if (name === '__GLOBAL' || name === '__EMPTY' || context === ALL_CONTEXTS) return false
  return place || context !== GLOBAL_CONTEXT
}

/** Whether a subject is the given one, or lies in the given context; undefined stands for every subject. */
export function lies(subject: string, within: string | undefined): boolean {
  if (within === undefined || subject === within) return true
  const place = parseSubject(within)
  return place.name === '' && (place.context === GLOBAL_CONTEXT || place.context === parseSubject(subject).context)
}
