/**
 * Files as a thing one is handed, for what must survive a crash. Production passes `nodeDisk`; simulation passes one that
 * tears writes and loses what was not synced. Errors are Node's, with their `code` (ENOENT, ENOSPC, EACCES).
 */
import * as fs from 'node:fs/promises'
import { join } from 'node:path'

export interface Disk {
  makeDirectory(path: string): Promise<void>
  /** Names in a directory, unordered; empty when there is no such directory. */
  list(path: string): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array>
  /** Writes a whole file and syncs its bytes. */
  writeDurably(path: string, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Makes renames and new names in a directory durable. */
  syncDirectory(path: string): Promise<void>
  /** Removes a file or a whole directory; what is not there is no error. */
  remove(path: string): Promise<void>
}

export const nodeDisk: Disk = {
  async makeDirectory(path) {
    await fs.mkdir(path, { recursive: true })
  },
  async list(path) {
    try {
      return await fs.readdir(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  },
  read: path => fs.readFile(path),
  async writeDurably(path, bytes) {
    const file = await fs.open(path, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename: (from, to) => fs.rename(from, to),
  async syncDirectory(path) {
    const directory = await fs.open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  async remove(path) {
    await fs.rm(path, { recursive: true, force: true })
  },
}

/** Writes a file so that it is there whole or not at all, also after a crash. */
export async function publishFile(disk: Disk, directory: string, name: string, bytes: Uint8Array): Promise<void> {
  await disk.writeDurably(join(directory, `.${name}.tmp`), bytes)
  await disk.rename(join(directory, `.${name}.tmp`), join(directory, name))
  await disk.syncDirectory(directory)
}
