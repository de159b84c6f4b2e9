import { Queen } from '../../dist/core/index.js'
import { sqlite } from '../../dist/drivers/sqlite/index.js'

/** A process that says `busy` in the middle of its second migration, and stays there until it is told to finish. */
const q = new Queen(sqlite(process.argv[2]))
q.add({
  version: '001',
  name: 'table',
  upSQL: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)',
  downSQL: 'DROP TABLE t',
})
q.add({
  version: '002',
  name: 'slow',
  upSQL: 'CREATE TABLE slow (id INT)',
  upFn: async () => {
    process.send('busy')
    await new Promise((resolve) => process.once('message', resolve))
  },
})
await q.up()
await q.close()
process.disconnect()
