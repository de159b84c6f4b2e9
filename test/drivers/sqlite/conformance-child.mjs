// How another process of the conformance suite gets at a database: through the built package, as a user's would.
import { sqlite } from 'queen-migrate/sqlite'

export default (location) => sqlite(location)
