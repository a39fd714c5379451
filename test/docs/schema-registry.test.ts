/** The page of the schema registry is one session: its `curl`s are run, and their answers stand there. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { BrokerServer } from '#src/server/broker-server.ts'
import { fences, holdPage, readPage } from './page.ts'

const page = 'docs/schema-registry.md'
const shell = promisify(execFile)

test('the schema registry answers as its page says', async () => {
  const broker = await BrokerServer.start({ schemaRegistry: { host: '127.0.0.1', port: 0 } })
  onTestFinished(() => broker.stop())
  const text = readPage(page)
  let shown = ''
  let at = 0
  for (const fence of fences(text).filter(({ language }) => language === 'console')) {
    let body = ''
    for (const line of fence.body.split('\n').filter(line => line.startsWith('$ '))) {
      body += `${line}\n${(await run(line.slice(2), broker.schemaRegistryPort!)).trimEnd()}\n`
    }
    shown += `${text.slice(at, fence.start)}\`\`\`console\n${body}\`\`\``
    at = fence.end
  }
  holdPage(page, shown + text.slice(at))
})

/** `curl … localhost:8081/…`: without what it prints of its progress where nobody sees it. */
async function run(command: string, port: number): Promise<string> {
  expect(command).toMatch(/^curl .*localhost:8081/)
  const { stdout } = await shell('bash', ['-c', command.replace('curl', 'curl -sS').replace(':8081', `:${port}`)])
  return stdout
}
