/** Trees compared by what they say, wherever they stand. */

/** A copy of a tree without its places. */
export function withoutSpans<T>(tree: T): T {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (key === 'span' || key === 'operatorSpan' ? undefined : value)),
  ) as T
}

/** Whether two trees are the same but for their places: the `a + 1` of SELECT and the `a + 1` of GROUP BY. */
export function sameSyntax(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameSyntax(item, b[i]))
  }
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  return Object.keys(left).every(key => key === 'span' || key === 'operatorSpan' || sameSyntax(left[key], right[key]))
}
