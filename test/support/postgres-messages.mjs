const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104

/**
 * Cuts what a client and a server say to each other into messages, and knows which reply belongs to which message.
 * Once they go over to TLS there is nothing left to read, and bytes pass as they come.
 */
export class Conversation {
  /** How many times the server has said, and how many times it owes it, that it is ready for a query. */
  ready = 0
  owed = 0
  #begun = false
  #asksForTls = false
  #opaque = false
  #client = Buffer.alloc(0)
  #server = Buffer.alloc(0)

  /** The messages that a client's bytes complete: each with its SQL, if it has some, and the reply that answers it. */
  fromClient(bytes) {
    if (this.#opaque) return [{ bytes, sql: undefined, answer: Infinity }]
    const messages = []
    this.#client = Buffer.concat([this.#client, bytes])
    for (;;) {
      const header = this.#begun ? 1 : 0
      if (this.#client.length < header + 4) return messages
      const end = header + this.#client.readInt32BE(header)
      if (this.#client.length < end) return messages
      const message = this.#client.subarray(0, end)
      this.#client = this.#client.subarray(end)
      messages.push(this.#begun ? this.#typed(message) : this.#startup(message))
    }
  }

  /** Counts what the server's bytes complete. */
  fromServer(bytes) {
    if (this.#opaque) return
    this.#server = Buffer.concat([this.#server, bytes])
    if (this.#asksForTls && this.#server.length > 0) {
      this.#asksForTls = false
      this.#opaque = this.#server[0] !== 0x4e // N
      this.#server = this.#server.subarray(1)
    }
    for (;;) {
      if (this.#server.length < 5) return
      const end = 1 + this.#server.readInt32BE(1)
      if (this.#server.length < end) return
      if (this.#server[0] === 0x5a) this.ready++ // Z
      this.#server = this.#server.subarray(end)
    }
  }

  #startup(message) {
    const code = message.readInt32BE(4)
    this.#asksForTls = code === SSL_REQUEST || code === GSS_REQUEST
    this.#begun = !this.#asksForTls
    if (this.#begun) this.owed++
    return { bytes: message, sql: undefined, answer: this.owed }
  }

  #typed(message) {
    const type = String.fromCharCode(message[0])
    // A query, a sync and a function call are answered each; what comes before a sync is answered by its answer.
    const answer = this.owed + 1
    if ('QSF'.includes(type)) this.owed++
    const text = type === 'Q' || type === 'P' ? message.toString('utf8', 5) : undefined
    // A parse message begins with the statement's name.
    const sql = type === 'P' ? text.slice(text.indexOf('\0') + 1) : text
    return { bytes: message, sql, answer }
  }
}
