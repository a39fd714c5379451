/**
 * Native packages that make work faster where they are installed, and are done without where they are not:
 * `optionalDependencies` that npm leaves out on platforms they have no build for.
 */
import { createRequire } from 'node:module'

const requireFromHere = createRequire(import.meta.url)

const loaded = new Map<string, unknown>()

/** Why a package was not loaded, by its name: for those who ask why it is slow. */
export const nativeProblems: Map<string, string> = new Map()

/** The package, or undefined where it can't be loaded, for whatever reason: there is always another way. */
export function loadNative<T>(name: string): T | undefined {
  if (!loaded.has(name)) loaded.set(name, tryToLoad(name))
  return loaded.get(name) as T | undefined
}

function tryToLoad(name: string): unknown {
  try {
    return requireFromHere(name)
  } catch (cause) {
    nativeProblems.set(name, cause instanceof Error ? cause.message : String(cause))
    return undefined
  }
}
