import type { Queen } from 'queen-migrate'

/** What the posts module needs. Posts belong to users, so theirs must come first. */
export function posts(q: Queen): void {
  q.add({
    version: 'posts_001',
    name: 'create_posts',
    dependsOn: ['users_001'],
    upSQL: `CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users, title TEXT NOT NULL)`,
    downSQL: `DROP TABLE posts`,
  })
}
