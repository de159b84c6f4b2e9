import { parentPort, workerData } from 'node:worker_threads'
import { startProxy } from '../../support/proxy.mjs'

/** The proxy on a thread of its own, so that what it costs delays nobody else. */
const proxy = await startProxy(workerData)
parentPort.on('message', (told) => {
  if (told === 'reset') proxy.reset()
  parentPort.postMessage({ port: proxy.port, roundTrips: proxy.roundTrips })
})
