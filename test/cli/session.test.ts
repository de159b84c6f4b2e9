import { expect, test } from 'vitest'
import { masked, Project, SOUND } from '../support/cli.js'

/** A first day with Queen: each command line, then what stdout and stderr showed. */
test('a session reads as it is meant to', async () => {
  const project = new Project({ 'migrations.ts': SOUND })
  const lines: string[] = []
  for (const line of [
    'status',
    'up --to 001',
    'up',
    'version',
    'status',
    'down',
    'goto 002',
    'redo',
    'validate',
    'plan down',
    'reset',
    'reset --yes',
    'version',
    'log --last 2',
  ]) {
    const { code, stdout, stderr } = await project.run(line.split(' '))
    const shown = [...stderr.split('\n').map((one) => `! ${one}`), ...stdout.split('\n')].filter(
      (one) => one !== '! ' && one !== '',
    )
    lines.push(`$ queen ${line}${code === 0 ? '' : `  -> ${code}`}`, ...shown)
  }
  expect(masked(lines.join('\n'), project)).toMatchInlineSnapshot(`
    "$ queen status
    ! No database is named: using sqlite:<folder>/queen.db
    ! <folder>/queen.db does not exist yet; the first migration creates it
    001  pending  create_users  -  -  migrations.ts:5
    002  pending  add_email     -  -  migrations.ts:6
    $ queen up --to 001
    ! No database is named: using sqlite:<folder>/queen.db
    ! <folder>/queen.db does not exist yet; the first migration creates it
    ! sqlite:<folder>/queen.db
    ! done   001 create_users (<took>)
    1 migration applied in <took>: at 001.
    $ queen up
    ! No database is named: using sqlite:<folder>/queen.db
    ! sqlite:<folder>/queen.db
    ! done   002 add_email (<took>)
    1 migration applied in <took>: at 002.
    $ queen version
    ! No database is named: using sqlite:<folder>/queen.db
    002
    $ queen status
    ! No database is named: using sqlite:<folder>/queen.db
    001  applied  create_users  <time>  <took>  migrations.ts:5
    002  applied  add_email     <time>  <took>  migrations.ts:6
    $ queen down
    ! No database is named: using sqlite:<folder>/queen.db
    ! sqlite:<folder>/queen.db
    ! done   down 002 add_email (<took>)
    1 migration taken back in <took>: at 001.
    $ queen goto 002
    ! No database is named: using sqlite:<folder>/queen.db
    ! sqlite:<folder>/queen.db
    ! done   002 add_email (<took>)
    1 migration applied in <took>: at 002.
    $ queen redo
    ! No database is named: using sqlite:<folder>/queen.db
    ! sqlite:<folder>/queen.db
    ! done   down 002 add_email (<took>)
    ! done   002 add_email (<took>)
    1 migration taken back, 1 migration applied in <took>: at 002.
    $ queen validate
    ! No database is named: using sqlite:<folder>/queen.db
    No problems found.
    $ queen plan down
    ! No database is named: using sqlite:<folder>/queen.db
    -- down 002 add_email (migrations.ts:6, drops or deletes)
    ALTER TABLE users DROP COLUMN email;
    $ queen reset  -> 2
    ! No database is named: using sqlite:<folder>/queen.db
    ! ✖ reset would take back 002 add_email, 001 create_users
    !   code  CONFIG_INVALID
    !   next  add --yes if that is what you want, or look first with --dry-run
    $ queen reset --yes
    ! No database is named: using sqlite:<folder>/queen.db
    ! sqlite:<folder>/queen.db
    ! done   down 002 add_email (<took>)
    ! done   down 001 create_users (<took>)
    2 migrations taken back in <took>: nothing is applied.
    $ queen version
    ! No database is named: using sqlite:<folder>/queen.db
    ! none
    $ queen log --last 2
    ! No database is named: using sqlite:<folder>/queen.db
    <time>  down  001  create_users  done  <took>  <who>  -
    <time>  down  002  add_email     done  <took>  <who>  -"
  `)
})

test('a migration that fails is told with its place, its statement and what is left', async () => {
  const project = new Project({
    'migrations.ts': SOUND.replace(
      'ALTER TABLE users ADD COLUMN email TEXT',
      'CREATE TABLE a (id INT);\\nCREATE TABLE b (id INT);\\nALTER TABLE nobody ADD COLUMN email TEXT;\\nCREATE TABLE c (id INT)',
    ),
  })
  const { code, stdout, stderr } = await project.run(['up'])
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(masked(stderr, project)).toMatchInlineSnapshot(`
    "No database is named: using sqlite:<folder>/queen.db
    <folder>/queen.db does not exist yet; the first migration creates it
    sqlite:<folder>/queen.db
    done   001 create_users (<took>)
    failed 002 add_email
    ✖ 002 add_email failed: no such table: nobody

      migrations.ts:6, statement 3 of 4

        1 | CREATE TABLE a (id INT);
        2 | CREATE TABLE b (id INT);
      > 3 | ALTER TABLE nobody ADD COLUMN email TEXT;
          |             ^
        4 | CREATE TABLE c (id INT)

      code         MIGRATION_FAILED (SQLITE_ERROR)
      kept         001 create_users
      rolled back  002
      next         nothing of 002 is left in the database: correct it and run queen up again
    "
  `)
})
