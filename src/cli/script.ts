/** Statements of a script, one after the other, with what each gives printed. Used by -e, run and the shell. */
import { EvaluationError, MillraceError } from '../base/errors.ts'
import { describeError } from '../engine/session.ts'
import type { Outcome, RunningJob } from '../engine/outcome.ts'
import type { Session } from '../engine/session.ts'
import type { OutputFormat } from './arguments.ts'
import { ProgressLine, summaryText } from './progress.ts'
import { renderQuery, renderTable } from './render.ts'
import type { Out } from './terminal.ts'

/** 0 well, 1 failed, 2 the statement or the command line is wrong. */
export type ExitCode = 0 | 1 | 2

export interface ScriptIo {
  readonly out: Out
  readonly err: Out
  readonly format: OutputFormat
  /** Print `OK` for statements without rows, as the shell does. */
  readonly acknowledge: boolean
  readonly quiet: boolean
  /** True once a signal asked to end: no further statement is begun. */
  stopped(): boolean
  /** Told of each job as it starts and ends, for signals. */
  onJob(job: RunningJob | undefined): void
}

/** Runs all; an INSERT that never ends is waited for at the end. Rejects with the first error. */
export async function runScript(session: Session, text: string, io: ScriptIo): Promise<void> {
  const background: RunningJob[] = []
  for await (const outcome of withProgress(session, session.execute(text), io)) {
    if (outcome.kind === 'insert' && outcome.job.job.status === 'running') background.push(outcome.job)
    else await renderOutcome(outcome, io)
    if (io.stopped()) return
  }
  for (const job of background) await watched(job, io, () => job.done)
}

/** An INSERT that is waited for runs inside `next`: while it does, its progress is shown. */
async function* withProgress(session: Session, outcomes: AsyncGenerator<Outcome>, io: ScriptIo): AsyncGenerator<Outcome> {
  for (;;) {
    const next = outcomes.next()
    const stop = watchNewest(session, io)
    let result: IteratorResult<Outcome>
    try {
      result = await next
    } finally {
      stop()
    }
    if (result.done === true) return
    yield result.value
  }
}

function watchNewest(session: Session, io: ScriptIo): () => void {
  let line: ProgressLine | undefined
  const timer = setInterval(() => {
    const newest = [...session.jobs].at(-1)
    if (line !== undefined || newest === undefined) return
    io.onJob(newest)
    if (!io.quiet && io.err.isTerminal)
      line = new ProgressLine({ columns: io.err.columns, write: text => void io.err.write(text) }, newest)
  }, 20)
  timer.unref()
  return () => {
    clearInterval(timer)
    line?.stop()
    io.onJob(undefined)
  }
}

export async function renderOutcome(outcome: Outcome, io: ScriptIo): Promise<void> {
  switch (outcome.kind) {
    case 'done':
      if (io.acknowledge) await io.out.line('OK')
      return
    case 'table':
      return renderTable(outcome, io.format, io.out)
    case 'query': {
      const { query } = outcome
      await watched(query, io, line => renderQuery(query, io.format, io.out, line))
      return
    }
    case 'insert':
      if (outcome.job.job.status === 'running') {
        await io.err.line(`job ${outcome.job.name} runs on`)
        return
      }
      // One that failed as it began rejects here.
      await outcome.job.done
      return summarize(outcome.job, io)
  }
}

async function watched(job: RunningJob, io: ScriptIo, work: (line: ProgressLine | undefined) => Promise<unknown>): Promise<void> {
  const show = !io.quiet && io.err.isTerminal
  const line = show ? new ProgressLine({ columns: io.err.columns, write: text => void io.err.write(text) }, job) : undefined
  io.onJob(job)
  try {
    await work(line)
  } finally {
    line?.stop()
    io.onJob(undefined)
  }
  await summarize(job, io)
}

/** On a terminal always; in a pipe only what must not go unseen. */
async function summarize(job: RunningJob, io: ScriptIo): Promise<void> {
  if (io.quiet) return
  const progress = job.progress()
  const lost = progress.lateRows + progress.skippedRecords + progress.nulledFields
  if (io.err.isTerminal || lost > 0) await io.err.line(summaryText(progress))
}

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof MillraceError && error.kind === 'user' && !(error instanceof EvaluationError) && !runtimeCodes.has(error.code)
    ? 2
    : 1

/** Errors of the user's kind that show only while a query runs. */
const runtimeCodes: ReadonlySet<string> = new Set([
  'OUT_OF_MEMORY_BUDGET',
  'CHECKPOINT_MISMATCH',
  'CHECKPOINT_MISSING',
  'CHECKPOINT_VERSION',
  'NOT_NULL_VIOLATION',
])

export function errorText(error: unknown): string {
  const text = describeError(error)
  if (!(error instanceof MillraceError)) return `error: ${error instanceof Error ? (error.stack ?? text) : text}`
  return error.kind === 'internal'
    ? `error [${error.code}]: ${text}\n${error.stack ?? ''}\nThis is a bug of Millrace. Please report it.`
    : `error [${error.code}]: ${text}`
}
