/**
 * The broker that clients are pointed at: the program as users start it, on a directory of its own, with a listener for each way to
 * come in. Or one by address, for comparison; it has no listeners but that one.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority } from '#src/testing/certificates.ts'

/** What programs are told of the broker. */
export interface Target {
  /** Without security. */
  readonly bootstrap: string
  /** Undefined where the broker's listeners are not ours to make. */
  readonly security: Security | undefined
}

export interface Security {
  /** `host:port` by listener: SASL_PLAINTEXT, SASL_SSL, SSL, CERTIFICATE. */
  readonly listeners: Readonly<Record<string, string>>
  readonly username: string
  readonly password: string
  /** Files in PEM: who signed the broker's certificate; a client's certificate and key. */
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

export interface RunningTarget extends Target {
  /** What the broker wrote on its standard error. */
  log(): string
  readonly exited: boolean
  /** Killed, and started again on what it left, at the same addresses. */
  crash(): Promise<void>
  stop(): Promise<void>
}

const user = { username: 'alice', password: 'alice-secret' }

/** `more`: further arguments of the command. */
export async function startBroker(program: string, more: readonly string[] = []): Promise<RunningTarget> {
  const home = mkdtempSync(join(tmpdir(), 'millrace-clients-'))
  const files = writeCertificates(home)
  const names = ['PLAINTEXT', 'SASL_PLAINTEXT', 'SASL_SSL', 'SSL', 'CERTIFICATE']
  const ports = await freePorts(names.length)
  const addresses = new Map(names.map((name, at) => [name, `127.0.0.1:${ports[at]}`]))
  const properties = [
    `listeners=${names.map(name => `${name}://${addresses.get(name)}`).join(',')}`,
    'listener.security.protocol.map=CERTIFICATE:SSL',
    `ssl.keystore.location=${files.identity}`,
    `listener.name.certificate.ssl.client.auth=required`,
    `listener.name.certificate.ssl.truststore.location=${files.ca}`,
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'millrace.sasl.oauthbearer.allow.unsecured.tokens=true',
    `millrace.users=${user.username}:${user.password}`,
    'authorizer.class.name=millrace',
    'allow.everyone.if.no.acl.found=true',
    'super.users=User:ANONYMOUS',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'group.consumer.min.session.timeout.ms=1000',
    'group.consumer.min.heartbeat.interval.ms=100',
    'group.consumer.heartbeat.interval.ms=300',
  ]
  const config = join(home, 'broker.properties')
  writeFileSync(config, properties.join('\n'))
  const args = [program, 'broker', '--data', join(home, 'data'), '--config', config, ...more]
  let log = ''
  const start = async (): Promise<ChildProcess> => {
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    started.stderr.setEncoding('utf8').on('data', text => (log += text))
    await listening(started, () => log)
    return started
  }
  let child = await start()
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const at = (name: string): string => addresses.get(name)!
  return {
    bootstrap: at('PLAINTEXT'),
    security: {
      listeners: Object.fromEntries(names.slice(1).map(name => [name, at(name)])),
      ...user,
      ca: files.ca,
      certificate: files.certificate,
      key: files.key,
    },
    log: () => log,
    get exited() {
      return child.exitCode !== null || child.signalCode !== null
    },
    async crash() {
      await end('SIGKILL')
      child = await start()
    },
    async stop() {
      await end('SIGTERM')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A broker that somebody else runs. */
export function brokerAt(bootstrap: string): RunningTarget {
  return { bootstrap, security: undefined, log: () => '', exited: false, crash: notOurs, async stop() {} }
}

async function notOurs(): Promise<never> {
  throw new Error('a broker that somebody else runs is not killed')
}

function writeCertificates(home: string): { identity: string; ca: string; certificate: string; key: string } {
  const folder = join(home, 'tls')
  mkdirSync(folder)
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const ca = authority('CN=Test CA')
  const server = ca.issue('CN=localhost', { hosts: ['localhost', '127.0.0.1'] })
  const client = ca.issue('CN=alice')
  return {
    identity: write('server.pem', server.key + server.certificate),
    ca: write('ca.pem', ca.certificate),
    certificate: write('client.crt', client.certificate),
    key: write('client.key', client.key),
  }
}

/** Ports that are free now. The broker has to know them all before it starts, since its listeners have names. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

function listening(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => text.includes('listening on') && resolve())
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the broker ended with ${code}\n${log()}`)))
  })
}
