import { join } from 'node:path'
import { createJiti } from 'jiti'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { blocksOf, Reader, type Block } from './support/page.js'
import { describePrivatePgBouncer } from './support/pgbouncer.js'
import { describePostgres, describePrivatePostgres, freshDatabase } from './support/postgres.js'
import { startPgBouncer } from './support/servers/pgbouncer.js'
import { startPostgres } from './support/servers/postgres.js'

type Values = Record<string, unknown>

/** Runs a block of SQL, and compares what comes of a statement with the comment behind it. */
async function play({ text }: Block, connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  for (const [, statement, expected] of text.matchAll(/(\S[^;]*;)(?: -- (.*))?/g)) {
    const outcome = await client.query<Values>(statement!).then(
      ({ rows }) => rows.map((row) => Object.values(row).join(' | ')).join('\n'),
      (error: Error) => `ERROR: ${error.message}`,
    )
    expect(outcome, statement).toBe(expected ?? '')
  }
  await client.end()
}

describePostgres('docs/postgres.md', () => {
  test('shows what happens', { timeout: 120_000 }, async () => {
    const { url: home } = await freshDatabase()
    const url = new URL(home)
    const reader = new Reader({ 'migrator@localhost:5432/app': `${url.username}@${url.host}${url.pathname}` })
    if (url.password !== '') reader.env['PGPASSWORD'] = decodeURIComponent(url.password)
    let commands = 0
    for (const block of blocksOf('docs/postgres.md')) {
      if (block.info['file'] !== undefined) reader.write(block)
      else if (block.language === 'sql') await play(block, home)
      else if (block.language === 'console') commands += reader.run(block)
    }
    expect(commands).toBe(4)
  })
})

describePrivatePostgres('docs/postgres-roles.md', () => {
  describePrivatePgBouncer('with a PgBouncer of its own', () => {
    test('can be followed from top to bottom', { timeout: 120_000 }, async () => {
      const server = await startPostgres()
      onTestFinished(() => server.remove())
      let reader: Reader | undefined
      let played = 0
      for (const block of blocksOf('docs/postgres-roles.md')) {
        const { as, database = 'postgres', through } = block.info
        if (block.language === 'sql') {
          const host = through === 'pgbouncer' ? reader!.meant('localhost:6432') : `${server.host}:${server.port}`
          await play(block, `postgres://${as}@${host}/${database}`)
          played++
          continue
        }
        // PgBouncer learns of the roles when it starts.
        reader ??= await readerOf(server)
        if (block.info['file'] !== undefined) reader.write(block)
        else if (block.language === 'console') played += reader.run(block)
      }
      expect(played).toBe(9)

      const { start } = await createJiti(import.meta.url).import<{ start: () => Promise<string> }>(
        join(reader!.folder, 'server.ts'),
      )
      const before = process.env['DATABASE_URL']
      process.env['DATABASE_URL'] = reader!.env['DATABASE_URL']
      onTestFinished(
        () => void (before === undefined ? delete process.env['DATABASE_URL'] : (process.env['DATABASE_URL'] = before)),
      )
      expect(await start()).toBe('ready at 002')
    })
  })
})

async function readerOf(server: Awaited<ReturnType<typeof startPostgres>>): Promise<Reader> {
  const pooler = await startPgBouncer({ server, users: ['app', 'migrator'] })
  onTestFinished(() => pooler.remove())
  return new Reader({
    'localhost:5432': `${server.host}:${server.port}`,
    'localhost:6432': `127.0.0.1:${pooler.port}`,
  })
}
