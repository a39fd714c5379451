/**
 * `/contexts`: which there are; and every other path within one of them.
 *
 *     /contexts/.staging/subjects/a/versions   →   /subjects/:.staging:a/versions
 *     /contexts/.staging/schemas/ids/1         →   /schemas/ids/1?subject=:.staging:
 */
import { RegistryError, contextNotEmpty } from '../errors.ts'
import { DEFAULT_CONTEXT, contextNamed, prefixOf } from '../subject.ts'
import { page } from './parameters.ts'
import { NOTHING, type Route, route } from './route.ts'

export const CONTEXTS: readonly Route[] = [
  route('GET', '/contexts', ({ registry, query }) => {
    const prefix = query.get('contextPrefix') ?? ''
    return page(
      [DEFAULT_CONTEXT, ...registry.store.contexts].filter(context => context.startsWith(prefix)),
      query,
    )
  }),
  route('DELETE', '/contexts/:context', async ({ registry, names }) => {
    const context = requireContext(names['context']!)
    if (!(await registry.deleteContext(context))) throw contextNotEmpty(prefixOf(context))
    return NOTHING
  }),
]

export interface Target {
  readonly segments: readonly string[]
  readonly query: URLSearchParams
}

export function withinContext({ segments, query }: Target): Target {
  if (segments[0] !== 'contexts' || segments.length < 3) return { segments, query }
  const prefix = prefixOf(requireContext(segments[1]!))
  const rest = segments.slice(2)
  const at = rest[0] === 'compatibility' ? 2 : 1
  const names = ['subjects', 'config', 'mode'].includes(rest[at - 1]!)
  if (names && rest.length > at) return { segments: rest.with(at, qualified(prefix, rest[at]!)), query }
  if (rest[0] === 'config' || rest[0] === 'mode') return { segments: prefix === '' ? rest : [...rest, prefix], query }
  const parameter = rest[0] === 'schemas' && rest[1] === 'ids' ? 'subject' : 'subjectPrefix'
  const inner = new URLSearchParams(query)
  inner.set(parameter, qualified(prefix, query.get(parameter) ?? ''))
  return { segments: rest, query: inner }
}

const qualified = (prefix: string, name: string): string => (/^:[.*]/.test(name) ? name : `${prefix}${name}`)

function requireContext(text: string): string {
  const context = contextNamed(text)
  if (context === undefined) throw new RegistryError(400, `Context name '${text}' cannot contain a colon`)
  return context
}
