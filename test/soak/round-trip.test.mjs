// time limit: 7200 s
// All real records out in every format, into the same node and into another, and compared field by field.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { it } from 'node:test'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bin, dataSets, noData, ok, top, withFolder } from '../lib/node.mjs'
import { roundTrip } from '../lib/round-trip.mjs'

it('loses nothing of all real records', { skip: noData, timeout: 7_000_000 }, (t) => withFolder(async (folder) => {
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample'])
  await promisify(execFile)('bash', [join(top, 'tools/data.sh'), data],
    { env: { ...process.env, XIETONG_BIN: bin, XIETONG_DATA: dataSets }, timeout: 3_000_000, maxBuffer: 1 << 28 })
  const { records, types, took } = await roundTrip(data, folder, { limit: 1_200_000 })
  t.diagnostic(`${records} records of ${types.size} types; milliseconds: ${JSON.stringify(took)}`)
  assert.ok(records > 100_000)
}))
