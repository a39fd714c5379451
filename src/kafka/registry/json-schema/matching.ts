/**
 * The most pairs that can be formed when every left and every right may be in one pair only (Kuhn's augmenting paths).
 *
 *     matching(2, 2, (l, r) => l === 0 || r === 0)   →   [[1, 0], [0, 1]]
 */
export function matching(
  lefts: number,
  rights: number,
  fits: (left: number, right: number) => boolean,
): readonly (readonly [left: number, right: number])[] {
  const partners = new Map<number, number>()

  function place(left: number, tried: Set<number>): boolean {
    for (let right = 0; right < rights; right++) {
      if (tried.has(right) || !fits(left, right)) continue
      tried.add(right)
      const current = partners.get(right)
      if (current !== undefined && !place(current, tried)) continue
      partners.set(right, left)
      return true
    }
    return false
  }

  for (let left = 0; left < lefts; left++) place(left, new Set())
  return Array.from(partners, ([right, left]) => [left, right] as const)
}
