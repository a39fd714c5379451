/** Programs that are compiled: Java's with the jars of java/pom.xml, Go's with its modules. All that comes of it lies in the cache. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Missing, cache } from './install.ts'

const sources = (folder: string): string => join('test/kafka/clients', folder)

export interface JavaPrograms {
  /** The version of Kafka's jars. */
  readonly version: string
  /** The command that runs a class with these arguments. */
  command(main: string, ...args: string[]): string[]
}

/** Kafka's jars and our classes. Their JVM is one of short programs: it compiles little and collects plainly. */
export function javaPrograms(): JavaPrograms {
  for (const tool of ['java', 'javac', 'mvn'])
    if (!found(tool)) throw new Missing(`Java's programs need Java 17 and Maven, and there is no ${tool}`)
  const pom = join(sources('java'), 'pom.xml')
  const version = /kafka_2\.13<\/artifactId><version>([\d.]+)</.exec(readFileSync(pom, 'utf8'))![1]!
  const home = join(cache, `java-${version}`)
  const lib = join(home, 'lib')
  upToDate(join(home, 'pom.xml'), readFileSync(pom, 'utf8'), () => {
    rmSync(home, { recursive: true, force: true })
    succeeds('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`])
  })
  const classes = join(home, 'classes')
  const files = readdirSync(sources('java')).filter(name => name.endsWith('.java'))
  const paths = files.map(name => join(sources('java'), name))
  upToDate(join(home, 'sources'), paths.map(path => `${path} ${statSync(path).mtimeMs}`).join('\n'), () => {
    rmSync(classes, { recursive: true, force: true })
    succeeds('javac', ['-nowarn', '-Xlint:none', '-d', classes, '-cp', `${lib}/*`, ...paths])
  })
  const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  const log = `-Dlog4j2.configurationFile=${join(sources('java'), 'log4j2.properties')}`
  return { version, command: (main, ...args) => ['java', ...options, log, '-cp', `${classes}:${lib}/*`, main, ...args] }
}

/** A program in Go; answers the version of the module that it is a program of, and where its binary is. */
export function goProgram(folder: string, module: string): { readonly version: string; readonly command: readonly string[] } {
  const version = new RegExp(`${module} v([\\d.]+)`).exec(readFileSync(join(sources(folder), 'go.mod'), 'utf8'))![1]!
  const binary = join(cache, `${folder}-${version}`)
  succeeds(goCompiler(), ['build', '-C', sources(folder), '-o', binary, '.'])
  return { version, command: [binary] }
}

/** A package's own tests, in the version that the program in this folder uses: their binary, and the folder that they run in. */
export function goTests(folder: string, name: string): { readonly binary: string; readonly home: string } {
  const binary = join(cache, `${name.replaceAll('/', '-')}.test`)
  succeeds(goCompiler(), ['test', '-C', sources(folder), '-c', '-o', binary, name])
  const home = succeeds(goCompiler(), ['list', '-C', sources(folder), '-f', '{{.Dir}}', name]).trim()
  return { binary, home }
}

/** It knows by itself what is new. */
function goCompiler(): string {
  const go = ['go', '/usr/local/go/bin/go'].find(found)
  if (go === undefined) throw new Missing("Go's programs need Go, and there is no go")
  return go
}

/** Makes something unless a file says that it was made of the same. */
function upToDate(file: string, made: string, make: () => void): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === made) return
  make()
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, made)
}

const found = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0

/** Answers its output. */
function succeeds(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Missing(`${command} ${args[0]} failed: ${(stderr || stdout).trim().split('\n').at(-1) ?? ''}`)
  return stdout
}
