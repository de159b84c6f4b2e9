import { Queen } from 'queen-migrate'
import { posts } from './posts/migrations.js'
import { users } from './users/migrations.js'

const q = new Queen()
posts(q)
users(q)

export default q
