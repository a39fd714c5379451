/**
 * What a traced broker did to its files, and whether it was durable when a client was told of it. Reads what
 * `strace -f -yy` prints.
 *
 *     pwrite64(27</data/t-0/0000.log>, …)           t-0/0000.log holds bytes that a crash may take
 *     fdatasync(27</data/t-0/0000.log>) = 0         what was written before it began is safe
 *     write(30<TCP:[127.0.0.1:9092->127.0.0.1:5000]>)   the client at port 5000 is told something
 */

/** How often a file or directory was changed, and up to which change it is safe. */
interface Changes {
  made: number
  safe: number
  /** The line of the last change. */
  line: number
}

export interface Told {
  /** The port of the client that was written to. */
  readonly port: number
  /** The line of the trace. */
  readonly line: number
}

export class TracedFiles {
  readonly #root: string
  readonly #files = new Map<string, Changes>()
  readonly #directories = new Map<string, Changes>()
  /** Which change of its directory a name is. */
  readonly #named = new Map<string, number>()
  /** Calls that have begun, by thread. */
  readonly #begun = new Map<string, string>()
  readonly #syncing = new Map<string, { readonly changes: Changes; readonly upTo: number }>()
  syncs = 0

  constructor(root: string) {
    this.#root = root
  }

  /** Takes in a line; answers who is told something by it. */
  take(text: string, line: number): Told | undefined {
    const match = /^(\d+)\s+(.*)$/.exec(text)
    if (match === null) return undefined
    const [, thread, rest] = match as unknown as [string, string, string]
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
    if (resumed !== null) {
      const begun = this.#begun.get(thread) ?? ''
      this.#begun.delete(thread)
      this.#finish(thread, begun + resumed[2]!)
      return undefined
    }
    if (rest.endsWith('<unfinished ...>')) {
      const call = rest.slice(0, -'<unfinished ...>'.length)
      this.#begun.set(thread, call)
      return this.#begin(thread, call, line)
    }
    const told = this.#begin(thread, rest, line)
    this.#finish(thread, rest)
    return told
  }

  /** The last line that wrote to a file under `directory`; 0 without one. */
  lastWrite(directory: string): number {
    const path = `${this.#root}/${directory}/`
    return Math.max(0, ...[...this.#files].filter(([name]) => name.startsWith(path)).map(([, { line }]) => line))
  }

  /** Files under `directory` whose bytes or names a crash may take now. */
  unsafe(directory: string): string[] {
    const path = `${this.#root}/${directory}`
    const bytes = [...this.#files]
      .filter(([name, { made, safe }]) => name.startsWith(`${path}/`) && made > safe)
      .map(([name]) => name)
    // A name is safe once its directory was synced behind it.
    const names = [...this.#named]
      .filter(
        ([name, change]) =>
          (name === path || name.startsWith(`${path}/`)) && change > (this.#directories.get(parentOf(name))?.safe ?? 0),
      )
      .map(([name]) => `${name} in its directory`)
    return [...bytes, ...names]
  }

  #begin(thread: string, call: string, line: number): Told | undefined {
    const socket = /^(?:write|writev|sendto|sendmsg)\(\d+<TCP(?:v6)?:\[.*?->.*?:(\d+)\]>/.exec(call)
    if (socket !== null) return { port: Number(socket[1]), line }
    const path = this.#path(call)
    if (path === undefined) return undefined
    if (/^(?:pwrite64|pwritev|write|writev|ftruncate)\(/.test(call)) {
      const changes = changesOf(this.#files, path)
      changes.made++
      changes.line = line
    } else if (/^(?:fdatasync|fsync)\(/.test(call)) {
      const changes = changesOf(this.#directories.has(path) ? this.#directories : this.#files, path)
      this.#syncing.set(thread, { changes, upTo: changes.made })
    }
    return undefined
  }

  #finish(thread: string, call: string): void {
    if (/^(?:fdatasync|fsync)\(/.test(call)) {
      const syncing = this.#syncing.get(thread)
      this.#syncing.delete(thread)
      if (syncing === undefined || !call.endsWith('= 0')) return
      this.syncs++
      syncing.changes.safe = Math.max(syncing.changes.safe, syncing.upTo)
      return
    }
    const created = /^(?:openat\(.*?, |mkdir\()"([^"]+)"(.*)$/.exec(call)
    if (created !== null && !/= -1 /.test(call) && (call.startsWith('mkdir') || created[2]!.includes('O_CREAT')))
      this.#name(created[1]!, call.startsWith('mkdir'))
    const renamed = /^rename(?:at2?)?\((?:.*?, )?"[^"]+", (?:.*?, )?"([^"]+)"/.exec(call)
    if (renamed !== null && call.endsWith('= 0')) {
      this.#named.delete(renamed[1]!)
      this.#name(renamed[1]!, false)
    }
  }

  #name(path: string, isDirectory: boolean): void {
    if (!path.startsWith(`${this.#root}/`) || this.#named.has(path)) return
    this.#named.set(path, ++changesOf(this.#directories, parentOf(path)).made)
    if (isDirectory) this.#directories.set(path, { made: 0, safe: 0, line: 0 })
  }

  #path(call: string): string | undefined {
    const path = /^\w+\(\d+<([^>]+)>/.exec(call)?.[1]
    return path?.startsWith(this.#root) ? path : undefined
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

function changesOf(map: Map<string, Changes>, path: string): Changes {
  let changes = map.get(path)
  if (changes === undefined) map.set(path, (changes = { made: 0, safe: 0, line: 0 }))
  return changes
}
