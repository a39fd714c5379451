/** What a start makes of a directory that a crash has left in the middle of a swap. */
import { expect, test } from 'vitest'
import { memoryFiles } from '../../../base/memory-files.ts'
import { writeCheckpoint } from '../checkpoint-file.ts'
import { completeSwap, decideSwap, dropCleaned, settleSwaps } from './swap.ts'

const name = (base: number, kind: string): string => `${String(base).padStart(20, '0')}.${kind}`

/** `100.log=old`: a file and what is in it; `100.range.swap=0-300+1`: up to which offset, and how many aborted transactions. */
async function directoryOf(text: string) {
  const files = memoryFiles()
  for (const word of text.split(/\s+/)) {
    const [, base, kind, content] = /^(\d+)\.([^=]+)=(.*)$/.exec(word)!
    const path = `/p/${name(Number(base), kind!)}`
    const range = /^(\d+)\+(\d+)$/.exec(content!)
    if (range === null) await files.writeDurably(path, new TextEncoder().encode(content))
    else await writeCheckpoint(files, path, [[range[1]!, range[2]!]])
  }
  const show = async () => {
    const words: string[] = []
    for (const file of (await files.list('/p')).toSorted())
      words.push(
        `${file.replace(/^0+(?=\d)/, '')}=${new TextDecoder().decode(await files.read(`/p/${file}`)).replaceAll('\n', ' ')}`,
      )
    return words.join(' ')
  }
  return { files, show }
}

const old = '0.log=old 0.index=old 0.timeindex=old 0.txnindex=old 100.log=old 100.index=old 100.snapshot=old 300.log=next'
const cleaned = '0.range.cleaned=300+0 0.index.cleaned=new 0.timeindex.cleaned=new 0.log.cleaned=new'
const swap = cleaned.replaceAll('.cleaned', '.swap')
const done = '0.index=new 0.log=new 0.timeindex=new 300.log=next'
const unchanged = '0.index=old 0.log=old 0.timeindex=old 0.txnindex=old 100.index=old 100.log=old 100.snapshot=old 300.log=next'

test.each([
  ['nothing is left', old, unchanged],
  ['it was being written', `${old} 0.log.cleaned=ne`, unchanged],
  ['it was written', `${old} ${cleaned}`, unchanged],
  [
    'some of it was renamed',
    `${old} ${cleaned.replace('range.cleaned', 'range.swap').replace('log.cleaned', 'log.swap')}`,
    unchanged,
  ],
  ['it was thrown away, and that was interrupted', `${old} 0.index.swap=new 0.log.swap=new`, unchanged],
  ['all of it was renamed', `${old} ${swap}`, done],
  ['old ones have moved away', `0.log.deleted=old 100.log.deleted=old 0.index=old 100.index=old 300.log=next ${swap}`, done],
  ['some of it has its names', `0.log=new 0.index=new 0.txnindex=old 300.log=next 0.range.swap=300+0 0.timeindex.swap=new`, done],
  ['all of it has its names', `${done} 0.range.swap=300+0 100.log.deleted=old`, done],
  ['only what readers held is left', `${done} 100.log.deleted=old`, done],
  [
    'aborted transactions go on being listed',
    `${old} ${swap.replace('+0', '+1')} 0.txnindex.swap=new`,
    '0.index=new 0.log=new 0.timeindex=new 0.txnindex=new 300.log=next',
  ],
])('%s', async (_, before, after) => {
  const { files, show } = await directoryOf(before)
  expect(await settleSwaps(files, '/p', await files.list('/p'), false)).toEqual(await files.list('/p'))
  expect(await show()).toBe(after)
})

test('a log that is read anew leaves its readers what was put aside', async () => {
  const { files, show } = await directoryOf(`${done} 100.log.deleted=old`)
  await settleSwaps(files, '/p', await files.list('/p'), true)
  expect(await show()).toContain('100.log.deleted=old')
})

test('a swap that nothing comes between', async () => {
  const { files, show } = await directoryOf(`${old} ${cleaned}`)
  const range = { baseOffset: 0, endOffset: 300, aborted: 0 }
  await decideSwap(files, '/p', range)
  expect(await show()).toContain('0.log.swap=new')
  await completeSwap(files, '/p', range)
  expect(await show()).toBe(done)
})

test('what was written is thrown away', async () => {
  const { files, show } = await directoryOf(`${old} ${cleaned}`)
  await dropCleaned(files, '/p', 0)
  expect(await show()).toBe(unchanged)
})
