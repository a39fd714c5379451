/**
 * Regular expressions of schemas. They come from outside, so a match has a limit in time: an expression that backtracks
 * without end must not stop the process.
 */
import { Script, createContext } from 'node:vm'

const LIMIT_MS = 250
const TEST = new Script('new RegExp(pattern, flags).test(text)')
/** What Java's expressions have and JavaScript's have not. Registered schemas may hold them. */
const JAVA_ONLY = /\(\?[a-zA-Z-]+[:)]|\\[AGQZzhHR]|\\p\{|[*+?}]\+|&&/

export const isPattern = (pattern: string): boolean => flagsOf(pattern) !== undefined || JAVA_ONLY.test(pattern)

/** Whether the expression is found in the text; false for one that can't be run, or not in time. */
export function matches(pattern: string, text: string): boolean {
  const flags = flagsOf(pattern)
  if (flags === undefined) return false
  try {
    return TEST.runInContext(createContext({ pattern, flags, text }), { timeout: LIMIT_MS }) as boolean
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  }
}

/** With `u` where the expression allows it. */
const flagsOf = (pattern: string): string | undefined => ['u', ''].find(flags => compiles(pattern, flags))

function compiles(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags).source !== ''
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
