import { expect, test } from 'vitest'
import { holdLock } from '../support/cli-built.js'
import { Project, WAITING } from '../support/cli.js'

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

test.each(SIGNALS)(
  'the first %s lets the migration at work finish, and nothing is left locked',
  async (signal, exit) => {
    const project = new Project({ 'migrations.mjs': WAITING })
    const run = project.start(['up', '--json', '--verbose'])
    await run.shows('at work')
    run.child.kill(signal)
    await run.shows(`${signal}: finishing 002 slow, then stopping. Once more cancels it.`)
    project.write('finish', '')
    const { code, stdout, stderr } = await run.done
    expect(code, stderr).toBe(exit)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'ABORTED', versions: ['003'], applied: [{ version: '001' }, { version: '002' }] },
    })
    expect((await project.run(['version'])).stdout).toBe('002\n')
    expect((await project.run(['up', '--lock-timeout', '1ms'])).code).toBe(0)
  },
)

test.each(SIGNALS)('the second %s cancels, and rolls back', async (signal, exit) => {
  const project = new Project({ 'migrations.mjs': WAITING })
  const run = project.start(['up', '--json', '--verbose'])
  await run.shows('at work')
  run.child.kill(signal)
  await run.shows('Once more cancels it.')
  run.child.kill(signal)
  const { code, stdout, stderr } = await run.done
  expect(code, stderr).toBe(exit)
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'ABORTED',
    version: '002',
    applied: [{ version: '001' }],
    rolledBack: ['002'],
  })
  expect((await project.run(['version'])).stdout).toBe('001\n')
  project.write('finish', '')
  expect((await project.run(['up', '--lock-timeout', '1ms'])).code).toBe(0)
})

test('where nothing is at work the first signal is enough', async () => {
  const project = new Project({ 'migrations.mjs': WAITING })
  const free = await holdLock(project.path('queen.db'), 'deploy@ci#1')
  const run = project.start(['up'])
  await run.shows('waiting for the lock, held by deploy@ci#1')
  run.child.kill('SIGINT')
  const { code, stderr } = await run.done
  expect(code, stderr).toBe(130)
  expect(stderr).toContain('SIGINT: stopping.')
  await free()
  expect((await project.run(['version'])).stdout).toBe('')
})

test('a signal during the last migration is told, though all is done', async () => {
  const project = new Project({ 'migrations.mjs': WAITING })
  const run = project.start(['up', '--to', '002', '--json', '--verbose'])
  await run.shows('at work')
  run.child.kill('SIGINT')
  await run.shows('then stopping')
  project.write('finish', '')
  const { code, stdout } = await run.done
  expect(code).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, command: 'up', to: '002', error: { code: 'ABORTED' } })
})

test('a closed pipe is nothing to complain about', async () => {
  const project = new Project({ 'migrations.mjs': WAITING })
  const run = project.start(['help', 'up'])
  run.child.stdout!.destroy()
  const { code, stderr } = await run.done
  expect([code, stderr]).toEqual([0, ''])
})
