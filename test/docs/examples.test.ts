/**
 * Programs in `docs/examples` run, print what `docs/library.md` says they print, and stand there as they are. A block
 * ```` ```ts quickstart.ts ```` is the file of that name, the ```` ```text ```` block behind it its output.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { format } from 'node:util'
import { expect, test, vi } from 'vitest'
import { type Fence, fences, holdPage, readPage } from './page.ts'

const page = 'docs/library.md'
const directory = 'docs/examples'

async function printed(file: string): Promise<string> {
  let text = ''
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => void (text += `${format(...values)}\n`))
  try {
    await import(`../../docs/examples/${file.slice(0, -3)}.ts`)
  } finally {
    log.mockRestore()
  }
  return text
}

const isExample = ({ language, title }: Fence): boolean => language === 'ts' && title !== ''

test('the library page shows every example and what it prints', async () => {
  const text = readPage(page)
  const blocks = fences(text)
  const shown = blocks.filter(isExample).map(block => block.title)
  expect(shown.toSorted()).toEqual(
    readdirSync(directory)
      .filter(file => file.endsWith('.ts'))
      .toSorted(),
  )
  let wanted = ''
  let at = 0
  for (const [i, block] of blocks.entries()) {
    wanted += text.slice(at, block.start)
    at = block.end
    const before = blocks[i - 1]
    if (isExample(block)) wanted += `\`\`\`ts ${block.title}\n${readFileSync(`${directory}/${block.title}`, 'utf8')}\`\`\``
    else if (block.language === 'text' && before !== undefined && isExample(before))
      wanted += `\`\`\`text\n${await printed(before.title)}\`\`\``
    else wanted += text.slice(block.start, block.end)
  }
  holdPage(page, wanted + text.slice(at))
})
