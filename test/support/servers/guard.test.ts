import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('a server goes with the process that started it, though that was killed, and so does its folder', async () => {
  const child = fork(fileURLToPath(new URL('guard-child.mjs', import.meta.url)))
  const { pid, folder } = await new Promise<{ pid: number; folder: string }>((resolve) =>
    child.once('message', (message) => resolve(message as { pid: number; folder: string })),
  )
  expect(existsSync(folder)).toBe(true)
  expect(process.kill(pid, 0)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
