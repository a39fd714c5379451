/** The page of the schema registry is one session: its `curl`s are asked of a registry in memory, and their answers stand there. */
import { expect, test } from 'vitest'
import { SchemaRegistry } from '#src/kafka/registry/registry.ts'
import { type RestHandler, restHandler } from '#src/kafka/registry/rest/handler.ts'
import { MemorySchemaTopic } from '#src/testing/schema-topic.ts'
import { fences, holdPage, readPage } from './page.ts'

const page = 'docs/schema-registry.md'

test('the schema registry answers as its page says', async () => {
  const registry = new SchemaRegistry(new MemorySchemaTopic())
  await registry.open()
  const handle = restHandler(registry, { clusterId: 'kafka', version: '0' })
  const text = readPage(page)
  let shown = ''
  let at = 0
  for (const fence of fences(text).filter(({ language }) => language === 'console')) {
    let body = ''
    for (const line of fence.body.split('\n').filter(line => line.startsWith('$ '))) {
      body += `${line}\n${(await ask(handle, line.slice(2))).trimEnd()}\n`
    }
    shown += `${text.slice(at, fence.start)}\`\`\`console\n${body}\`\`\``
    at = fence.end
  }
  holdPage(page, shown + text.slice(at))
})

/** `curl [-X METHOD] [-d 'BODY'] URL`. */
async function ask(handle: RestHandler, command: string): Promise<string> {
  const words = Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!)
  expect(words.shift()).toBe('curl')
  let [method, body, target] = ['GET', '', '']
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') method = words.shift()!
    else if (word === '-d') body = words.shift()!
    else target = word
  }
  const { pathname, search } = new URL(`http://${target}`)
  const answer = await handle({ method, path: pathname, query: new URLSearchParams(search), headers: {}, body })
  return answer.body
}
