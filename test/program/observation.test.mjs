// Observations and published releases: what was imported stays known, a run over the store is a run over the files.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { pause, start } from '../lib/kill.mjs'
import { importCounts, ok, run, top, withData, withFolder, withNode } from '../lib/node.mjs'

const towns = join(top, 'region/sample/town-index.csv')
const index = 'specialised-town'
const counts = (out) => { const { seconds, ...rest } = importCounts(out); void seconds; return rest }
const table = (out) => out.trimEnd().split('\n').map((line) => line.split('\t'))

/** A node without the sample, in a folder that also takes files. */
const withEmpty = (body) => withData((data) => withFolder((folder) => body(data, folder)), [])
/** The towns' own recipe wants groups; this one takes what there is. */
const plain = async (folder) => {
  const file = join(folder, 'plain.json')
  await writeFile(file, JSON.stringify({ steps: [{ step: 'normalise' }, { step: 'aggregate' }] }))
  return ['--recipe', file, '--uncertainty', 'no']
}
const store = (data, file, ...more) => run(['observation', 'import', file, '--index', index, '--data', data, ...more])
const list = async (data, ...more) => (await ok(['observation', 'list', '--json', '--data', data, ...more])).split('\n').filter(Boolean).map(JSON.parse)

it('the towns stored and run give the bytes of a run over their file', () => withEmpty(async (data, folder) => {
  const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')]
  assert.deepEqual(counts((await store(data, towns, '--dry-run')).out), { seen: 6600, stored: 6600, unchanged: 0, deleted: 0, rejected: 0 })
  assert.equal((await run(['index', 'run', index, '--stored', '--data', data])).code, 2, 'nothing was stored')
  assert.deepEqual(counts((await store(data, towns)).out), { seen: 6600, stored: 6600, unchanged: 0, deleted: 0, rejected: 0 })
  assert.deepEqual(counts((await store(data, towns)).out), { seen: 6600, stored: 0, unchanged: 6600, deleted: 0, rejected: 0 })
  await ok(['index', 'run', index, towns, '--out', a])
  await ok(['index', 'run', index, '--stored', '--data', data, '--out', b])
  assert.ok((await readFile(a)).equals(await readFile(b)))
  await ok(['check', '--data', data])
}))

it('two files, a year each, are one series; so are wide and long', () => withEmpty(async (data, folder) => {
  const [head, ...lines] = readFileSync(towns, 'utf8').trimEnd().split('\n')
  const files = []
  for (const year of ['2021', '2022']) {
    files.push(join(folder, `${year}.csv`))
    await writeFile(files.at(-1), [head, ...lines.filter((line) => line.split(',')[2] === year)].join('\n') + '\n')
    await ok(['observation', 'import', files.at(-1), '--index', index, '--data', data])
  }
  const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')]
  await ok(['index', 'run', index, ...files, '--uncertainty', 'no', '--out', a])
  await ok(['index', 'run', index, '--stored', '--uncertainty', 'no', '--data', data, '--out', b])
  assert.ok((await readFile(a)).equals(await readFile(b)))
  const long = join(folder, 'long.csv')
  await writeFile(long, 'unit,year,indicator,value\nex-01,2021,A12,9.5\nex-01,2021,A21,\n')
  assert.deepEqual(counts(await ok(['observation', 'import', long, '--index', index, '--data', data])),
    { seen: 2, stored: 1, unchanged: 0, deleted: 1, rejected: 0 })
  const now = await list(data, '--area', 'ex-01', '--period', '2021')
  assert.equal(now.find(({ indicator }) => indicator === 'A12').value, 9.5)
  assert.deepEqual(now.filter(({ indicator }) => indicator === 'A21').map(({ value, status, revision }) => [value, status, revision]), [[null, 'missing', 2]])
  assert.ok(now.find(({ area_name }) => area_name.startsWith('示例')), 'a file without names leaves the names')
}))

it('two imports at once store each figure once', () => withEmpty(async (data) => {
  const made = (await Promise.all([store(data, towns), store(data, towns), store(data, towns)])).map(({ code, out, err }) => {
    assert.equal(code, 0, err)
    return counts(out)
  })
  for (const { seen, stored, unchanged } of made) assert.equal(seen, stored + unchanged)
  assert.equal(made.reduce((sum, { stored }) => sum + stored, 0), 6600)
  assert.ok((await list(data, '--revisions')).every(({ revision }) => revision === 1))
  await ok(['check', '--data', data])
}))

it('a figure is never overwritten: revisions, and what was known then', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv')
  const say = async (rows, ...more) => {
    await writeFile(file, `unit,year,A11,A12\n${rows}`)
    return counts((await store(data, file, ...more)).out)
  }
  await say('t1,2020,100,5\nt2,2020,200,6\n', '--status', 'provisional', '--source', '快报')
  await pause(20)
  const then = new Date().toISOString()
  await pause(20)
  assert.deepEqual(await say('t1,2020,110,5\nt2,2020,200,6\n', '--status', 'provisional'), { seen: 4, stored: 1, unchanged: 3, deleted: 0, rejected: 0 })
  assert.deepEqual(await say('t1,2020,110,5\n', '--status', 'final', '--note', '年报'), { seen: 2, stored: 2, unchanged: 0, deleted: 0, rejected: 0 })
  const all = await list(data, '--indicator', 'A11', '--area', 't1', '--revisions')
  assert.deepEqual(all.map(({ value, status, revision }) => [value, status, revision]), [[100, 'provisional', 1], [110, 'provisional', 2], [110, 'final', 3]])
  assert.deepEqual([all[0].source, all[1].source, all[2].note], ['快报', 'd.csv', '年报'])
  const known = await list(data, '--indicator', 'A11', '--as-of', then)
  assert.deepEqual(known.map(({ area, value }) => [area, value]), [['t1', 100], ['t2', 200]])
  const made = async (name, ...more) => {
    await ok(['index', 'run', index, '--stored', ...await plain(folder), '--data', data, '--out', join(folder, name), ...more])
    return JSON.parse(await readFile(join(folder, name), 'utf8'))
  }
  assert.deepEqual((await made('then.json', '--as-of', then)).data.values.A11, [100, 200])
  assert.deepEqual((await made('now.json')).data.values.A11, [110, 200])
  assert.match((await run(['index', 'run', index, '--stored', '--as-of', '2001-01-01', '--data', data])).err, /2001/)
  await ok(['check', '--data', data])
}))

it('faulty figures go back with their rows, the others are stored', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv'), rejects = join(folder, 'r.csv')
  await writeFile(file, 'unit,year,A11,A12\nt1,2020,many,5\nt2,2020,200,6\nt3,latest,1,2\nt2,2020,201,6\n')
  const result = await store(data, file, '--rejects', rejects)
  assert.equal(result.code, 1)
  assert.deepEqual(counts(result.out), { seen: 8, stored: 3, unchanged: 1, deleted: 0, rejected: 4 })
  const back = readFileSync(rejects, 'utf8')
  for (const row of ['t1,2020,many,5', 't3,latest,1,2', 't2,2020,201,6']) assert.ok(back.includes(row), back)
  assert.ok(!back.includes('t2,2020,200'), back)
  await writeFile(rejects, back.replace('many', '90').replace('latest', '2020').replace('201', '200'))
  assert.deepEqual(counts((await store(data, rejects)).out), { seen: 6, stored: 3, unchanged: 3, deleted: 0, rejected: 0 })
  await writeFile(file, `unit,year,A11\n${'长'.repeat(70)},2020,1\nt,2020,1e70\nt,2021,1\n`)
  assert.deepEqual(counts((await store(data, file, '--rejects', rejects)).out), { seen: 3, stored: 1, unchanged: 0, deleted: 0, rejected: 2 })
  for (const [args, words] of [[['--status', 'missing'], /missing/], [['--index', 'nothing'], /nothing/], [['--index', '/tmp/x.json'], /x\.json/]]) {
    const refused = await run(['observation', 'import', file, '--data', data, '--index', index, ...args])
    assert.equal(refused.code, 2)
    assert.match(refused.err, words)
  }
}))

it('a zero with a sign is a zero: the batch proves, and both ways give the same bytes', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv'), [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')], recipe = await plain(folder)
  await writeFile(file, 'unit,year,A11,A12\nt1,2020,-0,-0.00\nt2,2020,3,0\nt3,2020,"-0%",4\n')
  assert.deepEqual(counts((await store(data, file)).out), { seen: 6, stored: 6, unchanged: 0, deleted: 0, rejected: 0 })
  assert.equal(counts((await store(data, file)).out).unchanged, 6)
  await ok(['check', '--data', data])
  await ok(['index', 'run', index, file, ...recipe, '--out', a])
  await ok(['index', 'run', index, '--stored', ...recipe, '--data', data, '--out', b])
  assert.ok((await readFile(a)).equals(await readFile(b)))
  assert.doesNotMatch(await readFile(a, 'utf8'), /-0[,.\]]/)
  await ok(['index', 'verify', b])
  await ok(['index', 'publish', b, '--data', data])
}))

it('notes below a table are no figures, whatever stands in them', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv')
  await writeFile(file, 'unit,year,A11,A12\nt1,2020,1,5\n,注：数据为初步核算数,,\n')
  assert.deepEqual(counts((await store(data, file)).out), { seen: 2, stored: 2, unchanged: 0, deleted: 0, rejected: 0 })
  await writeFile(file, 'unit,year,indicator,value\nt1,2021,A11,7\nt1,年鉴,something else,7\n,来源：年鉴,,\n')
  assert.deepEqual(counts((await store(data, file)).out), { seen: 1, stored: 1, unchanged: 0, deleted: 0, rejected: 0 })
  await ok(['index', 'run', index, file, ...await plain(folder), '--out', join(folder, 'a.json')])
}))

it('several files want a folder for their rejects', () => withEmpty(async (data, folder) => {
  const files = ['a.csv', 'b.csv'].map((name) => join(folder, name)), one = join(folder, 'r.csv'), back = join(folder, 'back')
  for (const [i, file] of files.entries()) await writeFile(file, `unit,year,A11\nt${i},2020,many\nu${i},2020,1\n`)
  const put = (to) => run(['observation', 'import', ...files, '--index', index, '--data', data, '--rejects', to])
  assert.equal((await put(one)).code, 2)
  assert.deepEqual(await list(data), [], 'nothing was stored')
  mkdirSync(back)
  assert.equal((await put(back)).code, 1)
  const rows = readdirSync(back).map((name) => readFileSync(join(back, name), 'utf8')).join('')
  for (const row of ['t0,2020,many', 't1,2020,many']) assert.ok(rows.includes(row), rows)
}))

it('of two files that name a unit the last has the word, as in the store', () => withEmpty(async (data, folder) => {
  const files = ['a.csv', 'b.csv'].map((name) => join(folder, name)), [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')]
  await writeFile(files[0], 'unit,name,year,A11\nt1,旧名,2020,1\nt2,乙,2020,3\n')
  await writeFile(files[1], 'unit,name,year,A12\nt1,新名,2020,5\nt2,,2020,6\n')
  for (const file of files) await ok(['observation', 'import', file, '--index', index, '--data', data])
  await ok(['index', 'run', index, ...files, ...await plain(folder), '--out', a])
  await ok(['index', 'run', index, '--stored', ...await plain(folder), '--data', data, '--out', b])
  assert.ok((await readFile(a)).equals(await readFile(b)))
  assert.match(await readFile(a, 'utf8'), /新名/)
}))

it('what is exported goes in again as the same', () => withEmpty(async (data, folder) => withFolder(async (other) => {
  await store(data, towns)
  await ok(['index', 'run', index, '--stored', '--data', data, '--out', join(folder, 'a.json')])
  for (const [n, [name, lang]] of [['o.csv', 'zh_CN.UTF-8'], ['o.xlsx', 'C.UTF-8']].entries()) {
    const file = join(folder, name), again = join(other, `node${n}`)
    await ok(['observation', 'export', file, '--data', data], { env: { LC_ALL: lang } })
    await ok(['init', '--data', again])
    assert.deepEqual(counts(await ok(['observation', 'import', file, '--index', index, '--data', again])), { seen: 6600, stored: 6600, unchanged: 0, deleted: 0, rejected: 0 })
    await ok(['index', 'run', index, '--stored', '--data', again, '--out', join(folder, 'b.json')])
    assert.ok((await readFile(join(folder, 'a.json'))).equals(await readFile(join(folder, 'b.json'))), name)
  }
})))

it('areas whose codes changed keep their series; splits break them', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv')
  await writeFile(file, 'unit,year,A11,A12\n440183,2012,1,1\n440183,2014,7,7\n440118,2014,2,2\n440118,2016,3,3\n440582,2002,4,4\n440513,2004,5,5\n')
  await store(data, file)
  const series = await list(data, '--area', '440118', '--indicator', 'A11')
  assert.deepEqual(series.map(({ area, period, value }) => [area, period, value]), [['440183', 2012, 1], ['440183', 2014, 7], ['440118', 2014, 2], ['440118', 2016, 3]])
  assert.deepEqual(await list(data, '--area', '440183', '--indicator', 'A11'), series)
  const ran = await run(['index', 'run', index, '--stored', ...await plain(folder), '--data', data, '--out', join(folder, 'r.json')])
  assert.equal(ran.code, 0, ran.err)
  const { units, values } = JSON.parse(await readFile(join(folder, 'r.json'), 'utf8')).data
  const of = (code) => units.map(([unit, , period], row) => [unit, period, values.A11[row]]).filter(([unit]) => unit === code)
  assert.deepEqual(of('440118').map(([, period, value]) => [period, value]), [[2012, 1], [2014, 2], [2016, 3]], 'the present code has the word')
  assert.deepEqual([of('440183').length, of('440582').length, of('440513').length], [0, 1, 1])
  assert.match(ran.err, /440118: .*440183/)
  assert.match(ran.err, /440513: .*440582/)
}))

it('a release is published once, verified, served as it is', () => withData(async (data) => withFolder(async (folder) => {
  const [, [name, id, period, units, how]] = table(await ok(['index', 'releases', '--data', data]))
  assert.deepEqual([name, period, units, how], [index, '2023', '60', 'draws'])
  const file = join(folder, 'r.json')
  await ok(['index', 'run', index, towns, '--out', file])
  const bytes = await readFile(file)
  assert.equal(id, createHash('sha256').update(bytes).digest('hex').slice(0, 16), 'the sample is the same everywhere')
  assert.match(await ok(['index', 'publish', file, '--data', data]), new RegExp(id))
  const changed = join(folder, 'changed.json')
  await writeFile(changed, bytes.toString().replace('"seed":1', '"seed":2'))
  assert.equal((await run(['index', 'publish', changed, '--data', data])).code, 1)
  await writeFile(changed, '{}')
  assert.equal((await run(['index', 'publish', changed, '--data', data])).code, 2)
  assert.equal(table(await ok(['index', 'releases', '--data', data])).length, 2)
  await ok(['index', 'publish', index, '--stored', '--uncertainty', 'no', '--note', '复算', '--data', data])
  await ok(['check', '--data', data])
  await withNode(data, async (node) => {
    const { items } = await node.json('/api/v1/indexes', { lang: 'zh' })
    const { releases } = items.find((item) => item.name === index)
    assert.deepEqual(releases.map(({ note, current, uncertainty }) => [note, current, uncertainty]), [['复算', true, 'no'], ['示例', false, 'draws']])
    const at = `/api/v1/indexes/${index}/releases`
    const answer = await node.fetch(`${at}/${id}`)
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
    assert.match(answer.headers.get('cache-control'), /immutable/)
    const again = await node.fetch(`${at}/${id}`, { headers: { 'if-none-match': answer.headers.get('etag') } })
    assert.equal(again.status, 304)
    const current = await node.fetch(`${at}/current`)
    assert.equal(current.headers.get('cache-control'), 'no-cache')
    assert.deepEqual((await current.json()).uncertainty, undefined)
    assert.equal((await node.fetch(`${at}/current/top`)).status, 404, 'no intervals, no chances')
    assert.equal((await node.fetch(`${at}/0000000000000000`)).status, 404)
    assert.equal((await node.fetch('/api/v1/indexes/..%2Fregion')).status, 404)
    // What the draws say agrees with what the release holds of them.
    const release = JSON.parse(bytes)
    const { draws, items: chances } = await node.json(`${at}/${id}/top`, { k: 10 })
    assert.equal(draws, release.uncertainty.draws)
    for (const { row, top10 } of release.uncertainty.units) {
      assert.ok(Math.abs(chances.find(({ unit }) => unit === release.data.units[row][0]).probability - top10) < 1e-9)
    }
    const { items: [one, other] } = await node.json(`${at}/${id}/ahead`, { unit: 'ex-01', than: ['ex-02', 'ex-03'] })
    const { items: [back] } = await node.json(`${at}/${id}/ahead`, { unit: 'ex-02', than: 'ex-01' })
    assert.ok(Math.abs(one.ahead + back.ahead - 1) < 1e-9 && other.ahead >= 0)
  })
})))

it('a release whose bytes were changed is found', () => withData(async (data) => {
  const [, [, id]] = table(await ok(['index', 'releases', '--data', data]))
  const files = readdirSync(join(data, 'files'), { recursive: true }).map((name) => join(data, 'files', name))
  const file = files.find((name) => name.replace(/.*files/, '').replaceAll('/', '').startsWith(id))
  chmodSync(file, 0o600)
  await writeFile(file, (await readFile(file, 'utf8')).replace('"seed":1', '"seed":2'))
  const { code, out } = await run(['check', '--data', data])
  assert.equal(code, 1)
  assert.match(out, new RegExp(id))
  await rm(file)
  assert.match((await run(['check', '--data', data])).out, new RegExp(id))
}))

it('observations over HTTP: pages, filters, as of', () => withData((data) => withNode(data, async (node) => {
  const seen = []
  let next = '/api/v1/observations?indicator=A11&limit=70'
  for (let pages = 0; next && pages < 10; pages++) {
    const page = await node.json(next)
    seen.push(...page.items.map(({ area, period }) => `${area} ${period}`))
    next = page.next
  }
  assert.deepEqual([seen.length, new Set(seen).size], [300, 300])
  const { items } = await node.json('/api/v1/observations', { area: 'ex-01', period: 2020 })
  assert.equal(items.length, 22)
  assert.ok(items.every(({ area_name }) => area_name.startsWith('示例')))
  assert.equal(items.find(({ indicator }) => indicator === 'kind').value, '工业')
  assert.equal((await node.json('/api/v1/observations', { as_of: '2020-01-01' })).items.length, 0)
  const [{ recorded }] = items
  assert.equal((await node.json('/api/v1/observations', { as_of: recorded, area: 'ex-01', period: 2020 })).items.length, 22)
  const { notes } = await node.json('/api/v1/observations', { area: '440118' })
  assert.match(notes[0], /440183/)
})))

it('killed while it stores, it goes on where it was', () => withEmpty(async (data, folder) => {
  const file = join(folder, 'd.csv')
  const codes = JSON.parse(readFileSync(join(top, `region/indexes/${index}.json`), 'utf8')).nodes.map(({ code }) => code).filter((code) => /^[A-D]\d\d$/.test(code))
  const rows = Array.from({ length: 5_000 }, (_, i) => [`t${i >> 2}`, 2020 + i % 4, ...codes.map((_code, k) => i * 16 + k)].join(','))
  await writeFile(file, `unit,year,${codes.join(',')}\n${rows.join('\n')}\n`)
  const all = 5_000 * codes.length
  const held = async () => (await ok(['check', '--data', data])) && Number(table(await ok(['observation', 'list', '--data', data])).length - 1)
  for (const wait of [150, 300]) {
    const running = start(['observation', 'import', file, '--index', index, '--data', data])
    await pause(wait)
    await running.kill()
    await held()
  }
  const before = await held()
  const { seen, stored, unchanged } = counts((await store(data, file)).out)
  assert.deepEqual([seen, stored + unchanged, unchanged], [all, all, before])
  assert.equal(await held(), all)
}))
