import { sqlite } from '../../dist/drivers/sqlite/index.js'
import { faultMigrations } from './fault-migrations.mjs'

/**
 * One migrating process that dies on command. `KILL_AT=n` kills it, as kill -9 does, before the n-th operation that its
 * driver plays. With a parent listening it says `ready` when it is loaded and begins on `go`. A half-done migration is
 * settled the way the error's own advice says.
 */
const [file] = process.argv.slice(2)
const killAt = Number(process.env.KILL_AT ?? 0)
let played = 0

const driver = sqlite(file)
const db = faultMigrations().with({
  ...driver,
  connect: async (table) => {
    const session = await driver.connect(table)
    const execute = session.execute.bind(session)
    session.execute = (script, execution) =>
      execute(script, {
        ...execution,
        reached: (operation) => {
          if (++played === killAt) process.kill(process.pid, 'SIGKILL')
          execution.reached?.(operation)
        },
      })
    return session
  },
})

async function settle() {
  for (;;)
    try {
      return await db.up()
    } catch (error) {
      if (error.code !== 'INTERRUPTED' && error.code !== 'FAILED_MIGRATION') throw error
      // Between the look and the lock another process may have settled it.
      await db.recover(error.version, 'resume').catch((other) => {
        if (other.code !== 'CONFIG_INVALID') throw other
      })
    }
}

if (process.send !== undefined) {
  process.send('ready')
  await new Promise((resolve) => process.once('message', resolve))
}
const { applied } = await settle()
await db.close()
process.stdout.write(JSON.stringify({ applied: applied.length, played }))
process.disconnect?.()
