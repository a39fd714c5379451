/** Links between pages lead to files and headings that are there. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage } from './page.ts'

const pages = ['README.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map(page => `docs/${page}`)]

/** As GitHub makes them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (page: string): Set<string> =>
  new Set(Array.from(readPage(page).matchAll(/^#+ (.+)$/gm), found => anchorOf(found[1]!)))

test.each(pages.filter(page => page.endsWith('.md')))('the links of %s lead somewhere', page => {
  const dead: string[] = []
  for (const [, target] of readPage(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    const [path, anchor] = target!.split('#')
    const file = path === '' ? page : join(dirname(page), path!)
    if (!existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor))) dead.push(target!)
  }
  expect(dead).toEqual([])
})
