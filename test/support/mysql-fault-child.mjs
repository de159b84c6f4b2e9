import { Queen } from '../../dist/core/index.js'
import { mysql } from '../../dist/drivers/mysql/index.js'
import { settle } from './follow-advice.mjs'
import { mysqlMigrations } from './mysql-fault-migrations.mjs'

/** One migrating process: says `ready` when it is loaded, begins on `go`, does what its errors advise, and prints what it did. */
const [url, count] = process.argv.slice(2)
const db = mysqlMigrations(new Queen(), Number(count)).with(mysql(url))

process.send('ready')
await new Promise((resolve) => process.once('message', resolve))
const { applied } = await settle(db)
await db.close()
process.stdout.write(JSON.stringify({ applied: applied.length, warnings: [] }))
process.disconnect()
