// How another process of the conformance suite gets at a database: through the built package, as a user's would.
import { postgres } from 'queen-migrate/postgres'

export default (location) => postgres(location)
