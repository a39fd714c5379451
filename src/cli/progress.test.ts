import { expect, test } from 'vitest'
import type { JobProgress, RunningJob } from '../engine/outcome.ts'
import { ProgressLine, progressText, short, summaryText } from './progress.ts'

const progress: JobProgress = {
  status: 'running',
  rowsIn: 1_234_567,
  rowsOut: 89,
  watermarkMs: Date.UTC(2001, 2, 31, 23, 50),
  elapsedMs: 2000,
  doneBytes: 30,
  totalBytes: 120,
  lateRows: 1,
  skippedRecords: 0,
  nulledFields: 2000,
  checkpoints: 0,
  stateBytes: 0,
  stateRows: 0,
}

test('while it runs', () => {
  expect(progressText(progress)).toBe(
    '1.2M rows in  ·  617k/s  ·  89 out  ·  watermark 2001-03-31 23:50:00  ·  1 late  ·  2.0 s  ·  25 %, 6 s left',
  )
  expect(progressText({ ...progress, watermarkMs: undefined, totalBytes: undefined, lateRows: 0 })).toBe(
    '1.2M rows in  ·  617k/s  ·  89 out  ·  2.0 s',
  )
})

test('at the end', () => {
  expect(summaryText(progress)).toBe(
    '1,234,567 rows in, 89 out, 2.0 s (617k rows/s); 1 late row dropped; 2,000 unreadable fields became NULL',
  )
})

test('short numbers', () =>
  expect([0, 999, 9999, 12_345, 1.5e6, 2e9].map(short)).toEqual(['0', '999', '9999', '12k', '1.5M', '2.0G']))

test('the line fits the terminal and is taken away', () => {
  const written: string[] = []
  const job = { progress: () => progress } as RunningJob
  const line = new ProgressLine({ columns: 20, write: text => void written.push(text) }, job)
  line.draw()
  line.stop()
  line.stop()
  expect(written).toEqual(['\r\u001b[2K1.2M rows in  ·  61', '\r\u001b[2K'])
})
