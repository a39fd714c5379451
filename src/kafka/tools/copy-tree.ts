/**
 * Copies files so that the copy is durable: closed segments as second names of the same bytes where the file system has such,
 * everything else byte by byte.
 */
import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eachOf } from '../../base/each-of.ts'

export interface FileToCopy {
  readonly from: string
  /** Below the target. */
  readonly to: string
  /** So many bytes of it; all that there are unless told. */
  readonly bytes?: number | undefined
  /** Nobody writes to it any more: another name will do. */
  readonly linkable: boolean
  readonly size: number
}

/** Answers how many bytes were copied, and how many got another name. */
export async function copyFiles(
  files: readonly FileToCopy[],
  target: string,
  options: { readonly links: boolean; progress(bytes: number, at: string): void },
): Promise<{ readonly copiedBytes: number; readonly linkedBytes: number }> {
  let [copiedBytes, linkedBytes] = [0, 0]
  let { links } = options
  const directories = new Set([target, ...files.map(file => dirname(join(target, file.to)))])
  for (const directory of directories) await mkdir(directory, { recursive: true })
  await eachOf(files, WORKERS, async file => {
    const to = join(target, file.to)
    const linked = links && file.linkable && (await linkFile(file.from, to))
    if (linked) linkedBytes += file.size
    else {
      if (file.linkable) links = false
      await copyDurably(file.from, to, file.bytes)
      copiedBytes += file.size
    }
    options.progress(file.size, file.to)
  })
  await eachOf([...directories], WORKERS, syncPath)
  return { copiedBytes, linkedBytes }
}

/** Syncs that run together share the file system's work. */
const WORKERS = 16

/** False where the file system, or another one, has no second names. */
async function linkFile(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

async function copyDurably(from: string, to: string, bytes: number | undefined): Promise<void> {
  // The system copies blocks that it can share.
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  const file = await open(to, 'r+')
  try {
    if (bytes !== undefined) await file.truncate(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Is there nothing at a path, or an empty directory? */
export async function isFree(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false
    throw error
  }
}
