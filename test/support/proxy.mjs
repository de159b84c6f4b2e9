import { connect, createServer } from 'node:net'
import { Conversation } from './postgres-messages.mjs'

/** See proxy.d.mts. */
export async function startProxy({ host, port, delay = 0 }) {
  const paused = { toServer: false, toClient: false }
  const links = new Set()
  const faults = []
  const counts = { roundTrips: 0, connections: 0 }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    counts.connections++
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true })
    const link = new Link(client, server, { delay, paused, faults, counts })
    links.add(link)
    client.once('close', () => links.delete(link))
  })
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()

  const cut = () => {
    for (const link of links) link.cut()
  }
  const directions = (named) => (named === undefined ? Object.keys(paused) : [named])
  return {
    host: '127.0.0.1',
    port: address.port,
    through(url) {
      const other = new URL(url)
      other.hostname = '127.0.0.1'
      other.port = String(address.port)
      return other.href
    },
    pause(named) {
      for (const direction of directions(named)) paused[direction] = true
    },
    resume(named) {
      for (const direction of directions(named)) paused[direction] = false
      for (const link of links) link.flush()
    },
    cut,
    once: async (sql, kind) => await new Promise((happened) => faults.push({ sql, kind, happened })),
    get roundTrips() {
      return counts.roundTrips
    },
    get connections() {
      return counts.connections
    },
    reset: () => void Object.assign(counts, { roundTrips: 0, connections: 0 }),
    async close() {
      cut()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** One client, and its connection to the server. */
class Link {
  #conversation = new Conversation()
  #client
  #server
  #shared
  #toServer
  #toClient
  /** The fault that keeps the server's words from the client, and the reply that ends it. */
  #mute

  constructor(client, server, shared) {
    this.#client = client
    this.#server = server
    this.#shared = shared
    this.#toServer = new Lane(server, shared, 'toServer')
    this.#toClient = new Lane(client, shared, 'toClient')
    client.on('data', (bytes) => this.#fromClient(bytes))
    server.on('data', (bytes) => this.#fromServer(bytes))
    client.on('end', () => this.#toServer.push(null))
    server.on('end', () => this.#toClient.push(null))
    for (const socket of [client, server]) socket.on('error', () => this.cut())
  }

  cut() {
    for (const socket of [this.#client, this.#server])
      if (socket.connecting) socket.destroy()
      else socket.resetAndDestroy()
  }

  flush() {
    this.#toServer.flush()
    this.#toClient.flush()
  }

  #fromClient(bytes) {
    const forward = []
    for (const message of this.#conversation.fromClient(bytes)) {
      const fault = this.#faultOf(message.sql)
      if (fault?.kind === 'lose message') {
        this.cut()
        fault.happened()
        return
      }
      if (fault !== undefined) this.#mute = { ...fault, answer: message.answer }
      forward.push(message.bytes)
    }
    if (forward.length > 0) this.#toServer.push(Buffer.concat(forward))
  }

  #fromServer(bytes) {
    const before = this.#conversation.ready
    this.#conversation.fromServer(bytes)
    this.#shared.counts.roundTrips += this.#conversation.ready - before
    if (this.#mute === undefined) {
      this.#toClient.push(bytes)
      return
    }
    if (this.#conversation.ready < this.#mute.answer) return
    if (this.#mute.kind === 'lose reply') this.cut()
    this.#mute.happened()
  }

  #faultOf(sql) {
    const { faults } = this.#shared
    const index = sql === undefined ? -1 : faults.findIndex((fault) => fault.sql.test(sql))
    return index === -1 ? undefined : faults.splice(index, 1)[0]
  }
}

/** What is on its way in one direction; it arrives in order. */
class Lane {
  #queue = []
  #socket
  #shared
  #direction

  constructor(socket, shared, direction) {
    this.#socket = socket
    this.#shared = shared
    this.#direction = direction
  }

  /** Bytes, or null for the end. */
  push(bytes) {
    const item = { bytes, arrived: this.#shared.delay === 0 }
    this.#queue.push(item)
    if (item.arrived) this.flush()
    else
      setTimeout(() => {
        item.arrived = true
        this.flush()
      }, this.#shared.delay)
  }

  flush() {
    while (!this.#shared.paused[this.#direction] && this.#queue[0]?.arrived === true) {
      const { bytes } = this.#queue.shift()
      if (this.#socket.destroyed) continue
      if (bytes === null) this.#socket.end()
      else this.#socket.write(bytes)
    }
  }
}
