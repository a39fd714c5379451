/** The clients: how each is installed, and how its program is started. Columns of the table in docs/clients.md, in this order. */
import { debianPackage, npmPackages } from './install.ts'
import { goProgram, javaPrograms } from './toolchains.ts'

export interface Client {
  /** As it is called on the command line and in the table. */
  readonly name: string
  /** What it is called in prose. */
  readonly title: string
  /**
   * Makes sure that it is there. Answers its version and the command that runs its program; throws `Missing` where this machine
   * can't have it.
   */
  prepare(): Promise<Prepared>
}

export interface Prepared {
  readonly version: string
  readonly command: readonly string[]
  /** The folder that the client was installed into, where there is one; told to the program as `home`. */
  readonly home?: string
}

/** `folder`: of the program, beside this file. */
const program = (folder: string, file: string): string => `test/kafka/clients/${folder}/${file}`

export const clients: readonly Client[] = [
  {
    name: 'kafkajs',
    title: 'kafkajs',
    async prepare() {
      const home = npmPackages('kafkajs-2.2.4', [
        'kafkajs@2.2.4',
        'kafkajs-snappy@1.1.0',
        'lz4js@0.2.0',
        '@toondepauw/node-zstd@2.0.0',
      ])
      return { version: '2.2.4', command: [process.execPath, program('kafkajs', 'main.mjs')], home }
    },
  },
  {
    name: 'platformatic-1',
    title: '@platformatic/kafka',
    async prepare() {
      const home = npmPackages('platformatic-1.35.0', ['@platformatic/kafka@1.35.0'])
      return {
        version: `1.35.0 (Node ${process.versions.node.split('.')[0]})`,
        command: [process.execPath, program('platformatic', 'main.mjs')],
        home,
      }
    },
  },
  {
    name: 'platformatic-2',
    title: '@platformatic/kafka',
    async prepare() {
      const home = npmPackages('platformatic-2.12.1', ['@platformatic/kafka@2.12.1'], { node: 24 })
      return { version: '2.12.1 (Node 24)', command: [...nodeOf(24), program('platformatic', 'main.mjs')], home }
    },
  },
  {
    name: 'node-rdkafka',
    title: 'node-rdkafka',
    async prepare() {
      // librdkafka is compiled with the libraries that are there; without this one it has no zstd.
      debianPackage('libzstd-dev')
      const home = npmPackages('node-rdkafka-3.6.1', ['node-rdkafka@3.6.1'])
      return { version: '3.6.1', command: [process.execPath, program('node-rdkafka', 'main.mjs')], home }
    },
  },
  {
    name: 'kcat',
    title: 'kcat',
    async prepare() {
      return { version: upstream(debianPackage('kcat')), command: [process.execPath, program('kcat', 'main.mjs')] }
    },
  },
  {
    name: 'kafka-python',
    title: 'kafka-python',
    async prepare() {
      for (const codec of ['python3-snappy', 'python3-lz4', 'python3-zstandard']) debianPackage(codec)
      const version = debianPackage('python3-kafka')
      return { version: upstream(version), command: [debianPython, program('python', 'kafka_python.py')] }
    },
  },
  {
    name: 'confluent-kafka',
    title: 'confluent-kafka (Python)',
    async prepare() {
      const version = debianPackage('python3-confluent-kafka')
      return { version: upstream(version), command: [debianPython, program('python', 'confluent_kafka_python.py')] }
    },
  },
  {
    name: 'java',
    title: 'Java',
    async prepare() {
      const { version, command } = javaPrograms()
      return { version, command: command('Features') }
    },
  },
  {
    name: 'franz-go',
    title: 'franz-go',
    prepare: async () => goProgram('go', 'github.com/twmb/franz-go'),
  },
]

/** Debian's packages are for Debian's Python, whatever else is there. */
const debianPython = '/usr/bin/python3'

/** `2.0.2-3` is Debian's third of 2.0.2. */
const upstream = (version: string): string => version.replace(/[-+].*$/, '')

/** Another version of Node, as npm has it. */
const nodeOf = (version: number): string[] => ['npx', '-y', `node@${version}`]
