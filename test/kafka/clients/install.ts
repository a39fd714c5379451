/**
 * Clients come from their own registries into a folder outside of the project, once: `MILLRACE_CLIENTS`, or `~/.cache/millrace-clients`.
 * Debian's packages are installed where we are allowed to.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A client that this machine can't have. The message says why. */
export class Missing extends Error {}

export const cache = process.env['MILLRACE_CLIENTS'] ?? join(homedir(), '.cache', 'millrace-clients')

/**
 * npm packages at exact versions in a folder of their own; answers the folder. A folder that is not finished is made anew.
 * `node` is the version of Node that they are installed for, and built with.
 */
export function npmPackages(folder: string, packages: readonly string[], { node }: { readonly node?: number } = {}): string {
  const home = join(cache, folder)
  const done = join(home, 'installed.json')
  const wanted = JSON.stringify(packages)
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return home
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{ "private": true }')
  const npm = ['install', '--no-audit', '--no-fund', '--save-exact', ...packages]
  const [command, args] = node === undefined ? ['npm', npm] : ['npx', ['-y', '-p', `node@${node}`, '--', 'npm', ...npm]]
  const { status, stdout, stderr } = spawnSync(command!, args as string[], { cwd: home, encoding: 'utf8' })
  if (status !== 0)
    throw new Missing(
      `npm could not install ${packages.join(', ')}: ${lastLine((stderr || stdout).replace(/^npm error A complete log.*$/gm, ''))}`,
    )
  writeFileSync(done, wanted)
  return home
}

/** A package of Debian; answers its version. */
export function debianPackage(name: string): string {
  const installed = debianVersion(name)
  if (installed !== undefined) return installed
  if (spawnSync('apt-get', ['--version']).status !== 0)
    throw new Missing(`${name} is a package of Debian, and there is no apt-get`)
  if (process.getuid?.() !== 0) throw new Missing(`the package ${name} is not installed, and only root may install it`)
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (status !== 0) throw new Missing(`apt-get ${args.join(' ')} failed: ${lastLine(stderr)}`)
  }
  const version = debianVersion(name)
  if (version === undefined) throw new Missing(`apt-get installed no ${name}`)
  return version
}

function debianVersion(name: string): string | undefined {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status} ${Version}', name], { encoding: 'utf8' })
  if (status !== 0 || !stdout.startsWith('installed ')) return undefined
  return stdout.slice('installed '.length).trim()
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
