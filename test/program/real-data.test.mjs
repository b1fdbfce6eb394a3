// The real data sets, where they are: every row is accounted for, and links made of one row find one another.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { importCounts, ok, withData } from '../lib/node.mjs'

const sets = process.env.XIETONG_DATA ?? '../shared/data'
const skip = existsSync(join(sets, 'orgs')) ? false : `no data sets at ${sets}`

const exported = async (data, type) =>
  (await ok(['export', '--data', data, '--type', type])).trim().split('\n').map((line) => JSON.parse(line))

it('ROR of both versions, patents and area codes go in whole, and once', { skip, timeout: 170_000 }, () => withData(async (data) => {
  for (const [mapping, file] of [
    ['gb2260', 'codes/GB-2260.csv'],
    ['ror', 'orgs/ror-cn.tar.gz'],
    ['cn-patents-ipc', 'patents/cn-patent-titles-ipc.csv.gz'],
  ]) {
    const args = ['import', '--data', data, '--mapping', mapping, join(sets, file)]
    const first = importCounts(await ok(args))
    assert.ok(first.seen > 1000, `${mapping}: ${first.seen} rows`)
    assert.equal(first.rejected, 0, mapping)
    assert.equal(first.stored + first.unchanged, first.seen)
    const again = importCounts(await ok(args))
    assert.deepEqual([again.seen, again.stored, again.unchanged], [first.seen, 0, first.seen], mapping)
  }
  const organisations = await exported(data, 'organisation')
  const guangdong = organisations.filter(({ area }) => area?.startsWith('44'))
  assert.ok(guangdong.length > 100, `${guangdong.length} in Guangdong`)
  const known = new Set(organisations.map(({ ror }) => `ror:${ror}`))
  assert.ok(organisations.filter(({ parent }) => known.has(parent?.ref)).length > 100, 'parents are named by their ROR ID')
  const patents = await exported(data, 'patent')
  assert.ok(patents.every(({ ipc }) => ipc.length > 0))
  const areas = await exported(data, 'area')
  const codes = new Set(areas.map(({ code }) => `area-code:${code}`))
  assert.ok(areas.filter(({ parent }) => codes.has(parent?.ref)).length > 6000)
  assert.equal(areas.find(({ code }) => code === '440111').parent.label, '广州市')
}, []))

it('one row of the project table makes records that link to one another', { skip, timeout: 170_000 }, () => withData(async (data) => {
  const file = join(data, '..', 'projects.csv')
  const lines = gunzipSync(readFileSync(join(sets, 'projects/social-2017-09-26.csv.gz'))).toString().split('\n')
  await writeFile(file, lines.slice(0, 1).concat(lines.slice(20_000, 22_000).filter((line) => (line.match(/"/g) ?? []).length % 2 === 0)).join('\n') + '\n')
  const counts = importCounts(await ok(['import', '--data', data, '--mapping', 'nssf-projects', file]))
  assert.ok(counts.stored > 1500 && counts.rejected < 20, JSON.stringify(counts))
  const [projects, achievements] = [await exported(data, 'project'), await exported(data, 'achievement')]
  assert.ok(projects.filter(({ principal }) => principal?.ref?.startsWith('person/')).length > projects.length * 0.9)
  assert.ok(projects.filter(({ units }) => units?.[0].ref?.startsWith('organisation/')).length > projects.length * 0.9)
  assert.ok(achievements.length > 100)
  assert.ok(achievements.every(({ projects: from }) => from[0].ref.startsWith('project/')))
  await ok(['check', '--data', data])
}, []))
