/** How a command that knows no SQL tells what went wrong. */
import { MillraceError } from '../base/errors.ts'
import { UsageError } from './usage-error.ts'

/** 1 failed, 2 the command line or a property is wrong. */
export const failureCode = (error: unknown): 1 | 2 =>
  error instanceof UsageError || (error instanceof MillraceError && error.kind === 'user') ? 2 : 1

/** `command` is the one whose help helps. */
export function failureText(error: unknown, command = ''): string {
  if (error instanceof UsageError) return `millrace: ${error.message}\ntry: millrace ${command}${command === '' ? '' : ' '}--help`
  if (!(error instanceof MillraceError))
    return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  const text = `error [${error.code}]: ${error.describe()}`
  return error.kind === 'internal' ? `${text}\n${error.stack ?? ''}\nThis is a bug of Millrace. Please report it.` : text
}
