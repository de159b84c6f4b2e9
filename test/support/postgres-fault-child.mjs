import { Queen } from '../../dist/core/index.js'
import { postgres } from '../../dist/drivers/postgres/index.js'
import { settle } from './follow-advice.mjs'
import { postgresMigrations } from './postgres-fault-migrations.mjs'

/**
 * One migrating process: says `ready` when it is loaded, begins on `go`, and prints what it did. What its errors advise
 * it does, unless `FOLLOW=no`.
 */
const [url, count, kinds = 'all'] = process.argv.slice(2)
const db = postgresMigrations(new Queen(), Number(count), kinds).with(postgres(url))
const warnings = new Set()
db.on('warning', (warning) => warnings.add(warning.code))

process.send('ready')
await new Promise((resolve) => process.once('message', resolve))
const { applied } = process.env.FOLLOW === 'no' ? await db.up() : await settle(db)
await db.close()
process.stdout.write(JSON.stringify({ applied: applied.length, warnings: [...warnings] }))
process.disconnect()
