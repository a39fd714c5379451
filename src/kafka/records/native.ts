/**
 * Native packages that make work faster where they are installed, and are done without where they are not:
 * `optionalDependencies` that npm leaves out on platforms they have no build for.
 */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Why a package was not loaded, by its name: for those who ask why it is slow. */
export const nativeProblems = new Map<string, string>()

/** The package, or undefined where it can't be loaded, for whatever reason: there is always another way. */
export function loadNative<T>(name: string): T | undefined {
  try {
    return require(name) as T
  } catch (cause) {
    nativeProblems.set(name, cause instanceof Error ? cause.message : String(cause))
    return undefined
  }
}
