// What is computed of a published release when it is asked for: by turns, within bounds, from what was drawn last, never half.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, truncateSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { ok, run, top, withData, withFolder, withNode } from '../lib/node.mjs'

const index = 'specialised-town'
/** The id of the sample's release. */
const published = async (data) => (await ok(['index', 'releases', '--data', data])).split('\n')[1].split('\t')[1]
const releaseFile = (data, id) => readdirSync(join(data, 'files'), { recursive: true }).map((name) => join(data, 'files', name))
  .find((name) => name.replace(/.*files/, '').replaceAll('/', '').startsWith(id))

it('what draws are asked is answered by turns, from those drawn last, and only within reach', () => withData((data) => withNode(data, async (node) => {
  const id = await published(data)
  const at = `/api/v1/indexes/${index}/releases/${id}`
  const many = await node.fetch(`${at}/ahead?unit=ex-01&${Array.from({ length: 101 }, (_, i) => `than=u${i}`).join('&')}`, { headers: { 'accept-language': 'en' } })
  assert.equal(many.status, 400)
  assert.match(await many.text(), /101.*100/)
  const unknown = await node.fetch(`${at}/ahead?unit=ex-01&than=ex-02,ex-03&than=nobody`)
  assert.equal(unknown.status, 400)
  assert.match(await unknown.text(), /ex-02,ex-03[\s\S]*nobody/, 'a comma is part of a code')
  const answers = await Promise.all([2, 3, 4].map((k) => node.fetch(`${at}/top?k=${k}`)))
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200], 'a page asks for several things at once')
  const { version } = await node.json('/api/v1/node')
  assert.match(answers[0].headers.get('etag'), new RegExp(`${id}-${version.replaceAll('.', '\\.')}`))
  assert.equal(answers[0].headers.get('cache-control'), 'no-cache')
  // The bytes are not read again for another question, nor for one that was answered.
  await rm(releaseFile(data, id))
  assert.equal((await node.json(`${at}/top`, { k: 5 })).items.length, 60)
  assert.equal((await node.json(`${at}/ahead`, { unit: 'ex-01', than: 'ex-02' })).items.length, 1)
})))

it('draws that are too many are not run again for a question', () => withData((data) => withFolder(async (folder) => {
  const file = join(folder, 'r.json'), csv = join(folder, 'd.csv')
  mkdirSync(join(data, 'region/indexes'), { recursive: true })
  await writeFile(join(data, 'region/indexes/small.json'), JSON.stringify({
    nodes: [{ code: 'I' }, { code: 'a', parent: 'I' }],
    recipe: { steps: [{ step: 'normalise' }, { step: 'aggregate' }], uncertainty: { draws: 1_500_000, factors: [{ name: 'w', factor: 'weights', choices: [{ a: 1 }] }] } },
  }))
  await writeFile(csv, `unit,a\n${Array.from({ length: 6 }, (_, i) => `u${i},${i}`).join('\n')}\n`)
  await ok(['index', 'run', join(data, 'region/indexes/small.json'), csv, '--out', file])
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"index":"[^"]*"/, '"index":"small"'))
  await ok(['index', 'publish', file, '--data', data])
  await withNode(data, async (node) => {
    const answer = await node.fetch('/api/v1/indexes/small/releases/current/top', { headers: { 'accept-language': 'en' } })
    assert.equal(answer.status, 413)
    assert.match(await answer.text(), /1,?500,?000 draws of 6 units.*10,?000,?000/)
  })
}), []))

it('a release that lost its end is an error, not half of it', () => withData((data) => withNode(data, async (node) => {
  const id = await published(data)
  const at = `/api/v1/indexes/${index}/releases/${id}`, file = releaseFile(data, id)
  chmodSync(file, 0o600)
  truncateSync(file, 1000)
  for (const path of ['', '/top', '/export', '/report']) {
    const answer = await node.fetch(`${at}${path}`, { headers: { 'accept-language': 'en' } })
    assert.equal(answer.status, 500, path)
    assert.doesNotMatch(answer.headers.get('cache-control') ?? '', /immutable/)
    await answer.arrayBuffer()
  }
  const { code, out } = await run(['check', '--data', data])
  assert.equal(code, 1)
  assert.match(out, new RegExp(id))
})))

it('releases of a node that called draws "draw" keep their place under the new word', () => withData(async (data) => {
  const back = `
import re, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
old = open(sys.argv[2], encoding='utf-8').read()
table = re.search(r'CREATE TABLE index_release \\(.*?\\n\\);', old, re.S).group(0)
db.executescript('ALTER TABLE index_release RENAME TO now; DROP INDEX index_release_index;' + table)
db.execute("INSERT INTO index_release SELECT id, index_name, release, hash, size, file_id, periods, period, units, replace(uncertainty, 'draws', 'draw'), note, published, seq FROM now")
db.executescript('DROP TABLE now; CREATE INDEX index_release_index ON index_release (index_name, id)')
print(db.execute('SELECT uncertainty FROM index_release').fetchone()[0], db.execute("DELETE FROM migration WHERE room = 'indicator' AND name = '002-draws.sql'").rowcount)
db.commit()
`
  const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', back, join(data, 'store.db'), join(top, 'src/indicator/sql/001-indicator.sql')], { timeout: 30_000 })
  assert.equal(stdout.trim(), 'draw 1')
  await ok(['index', 'publish', index, '--stored', '--uncertainty', 'no', '--data', data])
  const rows = (await ok(['index', 'releases', '--data', data])).trimEnd().split('\n').slice(1).map((line) => line.split('\t')[4])
  assert.deepEqual(rows, ['no', 'draws'])
  await ok(['check', '--data', data])
}))

const sql = (data, text) => promisify(execFile)('/usr/bin/python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.execute(sys.argv[2])\ndb.commit()', join(data, 'store.db'), text], { timeout: 30_000 })

it('the pages of an index lay its release open by turns, and one that is too large not at all', () => withData(async (data) => {
  const paths = [`/indexes/${index}`, `/indexes/${index}/units/ex-41`]
  await withNode(data, async (node) => {
    // Many at once: those who would wait too long are asked to come again, and none of them is half.
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => node.fetch(`/indexes/${index}/units/${n < 6 ? `none-${n}` : `ex-${20 + n}`}`)))
    for (const [n, answer] of answers.entries()) {
      assert.ok([n < 6 ? 404 : 200, 503].includes(answer.status), `${n}: ${answer.status}`)
      if (answer.status === 200) assert.match(await answer.text(), /<td>\d/)
    }
    for (const path of paths) assert.match(await (await node.fetch(path)).text(), /<table>/)
  })
  await sql(data, `UPDATE index_release SET size = ${64 * 1024 * 1024 + 1}`)
  await withNode(data, async (node) => {
    for (const path of paths) {
      const answer = await node.fetch(path)
      assert.equal(answer.status, 200, path)
      const html = await answer.text()
      assert.doesNotMatch(html, /<table>/)
      assert.match(html, /此页不列出表格。 <a href="\/api\/v1\/indexes\/specialised-town\/releases\/[0-9a-f]{16}">/)
      assert.equal(html.includes('noindex'), path.includes('/units/'), path)
      assert.match(await (await node.fetch(`${path}?lang=en`)).text(), /This release is too large/)
    }
  })
}))
