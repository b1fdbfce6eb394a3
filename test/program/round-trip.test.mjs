// What went out comes in without loss: the sample region, and the beginnings of all real sets.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { importCounts, noData, ok, run, withFolder } from '../lib/node.mjs'
import { roundTrip, sampleSets } from '../lib/round-trip.mjs'

it('loses nothing of the sample region', () => withFolder(async (folder) => {
  const data = join(folder, 'data')
  await ok(['init', '--data', data, '--sample'])
  const { records, types } = await roundTrip(data, folder)
  assert.ok(records > 500)
  assert.ok(types.size > 10)
}))

it('loses nothing of real records from every set', { skip: noData, timeout: 170_000 }, () => withFolder(async (folder) => {
  const data = join(folder, 'data')
  const rejects = join(folder, 'rejects')
  await mkdir(rejects)
  await ok(['init', '--data', data])
  const sets = await sampleSets(folder, 120)
  assert.ok(sets.length >= 5)
  const began = Date.now()
  let read = 0
  for (const { mapping, files } of sets) {
    if (Date.now() - began > 40_000) break // under sanitizers on a busy machine
    const result = await run(['import', '--data', data, '--mapping', mapping, '--rejects', rejects, ...files])
    assert.equal(result.code < 2, true, `${mapping}: ${result.err}`)
    read += importCounts(result.out).seen > 0 // the beginning of a file may be of no use
  }
  assert.ok(read > 4)
  const { records } = await roundTrip(data, folder)
  assert.ok(records > 500)
}))
