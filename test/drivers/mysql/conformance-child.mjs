// How another process of the conformance suite gets at a database: through the built package, as a user's would.
import { mysql } from 'queen-migrate/mysql'

export default (location) => mysql(location)
