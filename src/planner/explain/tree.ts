/**
 * Plans as trees of lines, as Flink draws them; a node that is drawn once already is referred to as `Reused`.
 *
 *     Calc(select=[a])
 *     +- Union(all=[true])
 *        :- TableSourceScan(…)
 *        +- TableSourceScan(…)
 */
export function drawTree<N>(root: N, text: (node: N) => string, inputs: (node: N) => readonly N[]): string {
  const lines: string[] = []
  const walk = (node: N, first: string, rest: string): void => {
    lines.push(`${first}${text(node)}`)
    const below = inputs(node)
    below.forEach((input, i) => {
      const last = i === below.length - 1
      walk(input, `${rest}${last ? '+- ' : ':- '}`, `${rest}${last ? '   ' : ':  '}`)
    })
  }
  walk(root, '', '')
  return lines.join('\n')
}

/** Several trees over shared nodes: the first drawing says `(reuse_id=[1])`, the others `Reused(reference_id=[1])`. */
export function drawShared<N>(roots: readonly N[], text: (node: N) => string, inputs: (node: N) => readonly N[]): string {
  const uses = new Map<N, number>()
  const count = (node: N): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1)
    if (uses.get(node) === 1) for (const input of inputs(node)) count(input)
  }
  for (const root of roots) count(root)
  const ids = new Map<N, number>()
  const drawn = new Set<N>()
  const label = (node: N): string => {
    if (uses.get(node)! < 2) return text(node)
    const id = ids.get(node) ?? ids.size + 1
    ids.set(node, id)
    return `${text(node)}(reuse_id=[${id}])`
  }
  return roots
    .map(root =>
      drawTree<Drawn<N>>(
        { node: root },
        ({ node, reused }) => (reused ? `Reused(reference_id=[${ids.get(node)}])` : label(node)),
        ({ node, reused }) => {
          if (reused === true) return []
          return inputs(node).map(input => {
            const again = uses.get(input)! > 1 && drawn.has(input)
            drawn.add(input)
            return { node: input, reused: again }
          })
        },
      ),
    )
    .join('\n\n')
}

interface Drawn<N> {
  readonly node: N
  readonly reused?: boolean
}
