import { connect } from 'node:net'

/**
 * The version with which a server of the MySQL family greets; a refusal is an error. It speaks first, so that nothing
 * of its protocol has to be known.
 */
export async function greeting(host: string, port: number): Promise<string> {
  const packet = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect(port, host)
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk)
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it hung up')))
  })
  // Three bytes of length, one of sequence, then the protocol's version, or 0xff and a refusal.
  if (packet[4] === 0xff) throw new Error(packet.toString('utf8', 7))
  return packet.toString('utf8', 5, packet.indexOf(0, 5))
}
