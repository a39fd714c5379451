/** A real Kafka for as long as something runs, with what our broker has configured for it too. */
import { spawnSync } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { Missing } from '../install.ts'

const properties = [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS',
  'allow.everyone.if.no.acl.found=true',
  'group.consumer.min.heartbeat.interval.ms=100',
  'group.consumer.heartbeat.interval.ms=300',
  'group.consumer.min.session.timeout.ms=1000',
]

/** `program` starts and ends it: `up PORT`, `down PORT`. */
export async function withRealKafka<T>(program: string, run: (address: string) => Promise<T>): Promise<T> {
  const port = await freePort()
  const { status, stderr } = spawnSync(program, ['up', `${port}`], {
    encoding: 'utf8',
    env: { ...process.env, KAFKA_PROPERTIES: properties.join('\n') },
  })
  if (status !== 0) throw new Missing(`a real Kafka did not start: ${stderr.trim().split('\n').at(-1)}`)
  try {
    return await run(`127.0.0.1:${port}`)
  } finally {
    spawnSync(program, ['down', `${port}`])
  }
}

/** Free now, as is the next one, which is the controller's. */
async function freePort(): Promise<number> {
  for (;;) {
    const first = await listening(0)
    const port = (first.address() as AddressInfo).port
    const next = await listening(port + 1).catch(() => undefined)
    await Promise.all([first, next].map(server => server && new Promise(resolve => server.close(resolve))))
    if (next !== undefined) return port
  }
}

function listening(port: number): Promise<ReturnType<typeof createServer>> {
  const server = createServer()
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server)))
}
