/**
 * Writes the fixture of our own format: npm run log-fixture -- NAME
 *
 * Once per released version, by that version: `fixtures/NAME.pack` is a directory as a clean stop left it, `fixtures/NAME.json` what
 * clients read of it. Later versions have to read the same (fixtures.test.ts).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BrokerServer } from '#src/server/broker-server.ts'
import { RealPeer } from '../transactions/real-peer.ts'
import { contentsOf, properties } from './contents.ts'
import { pack } from './packed.ts'
import { populate } from './populate.ts'

const fixtures = fileURLToPath(new URL('../../../../test/kafka/log-tools/fixtures/', import.meta.url))
const [name = 'millrace-0.1.0'] = process.argv.slice(2)
const data = mkdtempSync(join(tmpdir(), 'millrace-fixture-'))
const broker = await BrokerServer.start({ data, listen: ['127.0.0.1:0'], properties })
const peer = await RealPeer.connect(broker.bootstrap)
await populate(peer)
writeFileSync(join(fixtures, `${name}.json`), `${JSON.stringify(await contentsOf(peer), null, 2)}\n`)
peer.close()
await broker.stop()
pack(data, join(fixtures, `${name}.pack`))
rmSync(data, { recursive: true })
