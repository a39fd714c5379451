/**
 * Paths with places for names: `/subjects/:subject/versions/:version`.
 *
 *     match([route('GET', '/subjects/:subject', …)], 'GET', ['subjects', 'a'])   →   { route, names: { subject: 'a' } }
 */
import type { SchemaRegistry } from '../registry.ts'

export interface Call {
  readonly registry: SchemaRegistry
  /** What stands in the places of the path, decoded. */
  readonly names: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The body as JSON; undefined if there is none. */
  readonly body: unknown
}

/** Text that goes out as it is, not as a string of JSON. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Answered with status 204. */
export const NOTHING = Symbol('nothing')

export type Answer = (call: Call) => unknown
export interface Route {
  readonly method: string
  readonly segments: readonly string[]
  readonly answer: Answer
}

export function route(method: string, path: string, answer: Answer): Route {
  return { method, segments: path.split('/').filter(segment => segment !== ''), answer }
}

export type Matched =
  | { readonly route: Route; readonly names: Readonly<Record<string, string>> }
  | { readonly route: undefined; readonly known: boolean }

/** `known`: there is such a path, for other methods. */
export function match(routes: readonly Route[], method: string, path: readonly string[]): Matched {
  let known = false
  for (const route of routes) {
    const names = namesIn(route.segments, path)
    if (names === undefined) continue
    if (route.method === method) return { route, names }
    known = true
  }
  return { route: undefined, known }
}

function namesIn(segments: readonly string[], path: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (segments.length !== path.length) return undefined
  const names: Record<string, string> = {}
  for (const [i, segment] of segments.entries()) {
    if (segment.startsWith(':')) names[segment.slice(1)] = path[i]!
    else if (segment !== path[i]) return undefined
  }
  return names
}
