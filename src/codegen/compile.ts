import { assert } from '../base/assert.ts'
import { InvariantError } from '../base/errors.ts'
import type { Js } from './js.ts'

/** A compiled function with its source: what EXPLAIN CODEGEN prints and a debugger shows. */
export interface Compiled<F> {
  readonly name: string
  readonly source: string
  readonly run: F
}

/**
 * The only place in the project where text becomes code. `code` is an expression, usually a function.
 * `name` is a path such as `orders-by-user/calc-3.js`; stack traces, profiles and breakpoints use it.
 * `scope` gives the code its free variables: helpers, constants, compiled patterns.
 */
export function compile<F>(name: string, code: Js, scope: Readonly<Record<string, unknown>> = {}): Compiled<F> {
  assert(/^[\w/.-]+$/.test(name), `a generated file has a plain path as its name, not: ${name}`)
  const source = String(code)
  const text = `'use strict'\nreturn ${source}\n//# sourceURL=generated/${name}\n`
  try {
    return { name, source, run: new Function(...Object.keys(scope), text)(...Object.values(scope)) as F }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new InvariantError(`generated code of ${name} does not compile: ${cause.message}\n${numbered(source)}`)
  }
}

const numbered = (source: string): string =>
  source
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(4)}  ${line}`)
    .join('\n')
