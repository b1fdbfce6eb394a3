// The harvester against repositories on loopback: the way of a harvest, its counts, what is kept, undone, confirmed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withData, withNode, ok, run, importCounts } from '../lib/node.mjs'
import { Repository, oaiError } from '../lib/oai-server.mjs'

const quick = ['--allow', 'loopback', '--pause', '0', '--retry-after', '20', '--every', '0']

/** The line of a run: { name, run, state, seen, stored ... }. */
function line(out) {
  const last = out.trimEnd().split('\n').pop()
  const found = /^(\S+)\trun=(\d+) state=(\w+) /.exec(last)
  assert.ok(found, `not the line of a run: ${last}`)
  const counts = importCounts(last)
  assert.equal(counts.seen, counts.stored + counts.unchanged + counts.deleted + counts.rejected + (counts.waiting ?? 0))
  return { name: found[1], state: found[3], ...counts, run: Number(found[2]) }
}

async function harvest(data, ...args) {
  const result = await run(['harvest', '--data', data, ...args])
  return { ...(result.out.includes('\trun=') ? line(result.out) : {}), code: result.code, err: result.err, out: result.out }
}

async function withSource(repository, body, options = []) {
  const server = await repository.serve()
  try {
    await withData(async (data) => {
      await ok(['harvest', '--data', data, 'add', 'library', `${server.url}/oai`, ...quick, ...options])
      await body(data, server)
      assert.match(await ok(['check', '--data', data]), /./)
    }, [])
  } finally {
    await server.close()
  }
}

const found = async (data, query) => JSON.parse(await ok(['search', '--data', data, query, '--json', '--limit', '1'])).total

test('a harvest brings records, the next one only what changed', async () => {
  const repository = new Repository({ count: 250 })
  repository.put(7, { title: '水稻 & <冷链> 研究' })
  await withSource(repository, async (data, server) => {
    let done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.code, done.state, done.seen, done.stored, done.rejected], [0, 'done', 250, 250, 0])
    assert.equal(await found(data, '冷链'), 1)
    assert.equal(server.asked.filter((url) => url.searchParams.get('verb') === 'ListRecords').length, 3)

    repository.clock = '2026-03-06T08:00:00Z'
    repository.put(8, { stamp: '2026-03-06T07:00:00Z', title: '新的题名' })
    repository.put(9, { stamp: '2026-03-06T07:00:00Z', deleted: true })
    repository.put(10, { stamp: '2026-03-06T07:00:00Z' }) // as it was
    repository.put(900, { stamp: '2026-03-06T07:00:00Z', deleted: true }) // never seen here
    done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.seen, done.stored, done.unchanged, done.deleted], [4, 1, 1, 2])
    const from = server.asked.map((url) => url.searchParams.get('from')).filter(Boolean)
    assert.deepEqual(from, ['2026-03-04T08:00:00Z'], 'from = last responseDate less the overlap of a day')
    assert.equal(await found(data, '新的题名'), 1)
    done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.seen, done.unchanged], [4, 4])
  })
})

test('one bad record does not stop a harvest: it goes to quarantine with its reason and its text', async () => {
  const repository = new Repository({ count: 30, page: 10 })
  repository.put(3, { title: '' }) // no title: required
  repository.hook = (url) => {
    if (url.searchParams.get('verb') !== 'ListRecords') return null
    return repository.answer(url).replace('Title oai:example.org:000014<', 'Title <b>unclosed<')
      .replace('Title oai:example.org:000015', 'caf\u00e9 \u000b&nbsp;AT&T &#x2;x')
  }
  await withSource(repository, async (data) => {
    const done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.code, done.state, done.seen, done.stored, done.rejected], [0, 'done', 30, 28, 2])
    const list = await ok(['harvest', '--data', data, 'quarantine', 'library'], { env: { LANG: 'en' } })
    assert.match(list, /oai:example\.org:000003\trequired\ttitle\tis required/)
    assert.match(list, /oai:example\.org:000014\tharvest-record-xml\t\tis not well-formed XML/)
    assert.match(await ok(['harvest', '--data', data, 'payload', 'library', 'oai:example.org:000014']), /<b>unclosed/)
    assert.equal(await found(data, 'café'), 1)
    const rules = await ok(['harvest', '--data', data, 'diagnose', 'library'])
    assert.match(rules, /^required\ttitle\t1\t96\.7%$/m)
    await withNode(data, async (node) => {
      const source = await node.json('/api/v1/sources/library', { limit: 1 })
      assert.equal(source.quarantined, 2)
      assert.equal(source.last.repaired > 0, true)
      assert.equal(source.quarantine.items.length, 1)
      assert.equal(source.quarantine.items[0].reasons[0].rule, 'required')
      const next = await node.json(source.quarantine.next)
      assert.equal(next.quarantine.items[0].identifier, 'oai:example.org:000014')
      assert.equal(next.quarantine.next, null)
      assert.equal((await node.json('/api/v1/sources')).items[0].live, 28)
    })
    // Mended at the source, it leaves quarantine.
    repository.hook = null
    repository.put(3, { title: 'Mended', stamp: '2026-03-06T07:00:00Z' })
    repository.put(14, { stamp: '2026-03-06T07:00:00Z' })
    await harvest(data, 'run', 'library')
    assert.equal(await ok(['harvest', '--data', data, 'quarantine', 'library']), '')
  })
})

test('a harvest that would take away too much waits to be confirmed', async () => {
  const repository = new Repository({ count: 100 })
  await withSource(repository, async (data) => {
    await harvest(data, 'run', 'library')
    for (let i = 1; i <= 40; i++) repository.put(i, { deleted: true, stamp: '2026-03-05T07:00:00Z' })
    let done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.code, done.state, done.seen, done.waiting], [1, 'held', 40, 40])
    assert.equal(await found(data, 'Title'), 100)
    done = await harvest(data, 'run', 'library')
    assert.equal(done.state, 'held', 'asking again is no confirmation')
    done = await harvest(data, 'confirm', 'library')
    assert.deepEqual([done.code, done.state, done.deleted], [0, 'done', 40])
    assert.equal(await found(data, 'Title'), 60)
    assert.equal((await harvest(data, 'confirm', 'library')).code, 2)
  })
})

test('a full harvest finds what the source no longer lists; a run can be undone', async () => {
  const repository = new Repository({ count: 50, deleted: 'no' })
  await withSource(repository, async (data) => {
    const first = await harvest(data, 'run', 'library')
    repository.records.delete('oai:example.org:000001')
    repository.records.delete('oai:example.org:000002')
    repository.put(3, { title: '错误的题名', stamp: '2026-03-05T07:00:00Z' })
    repository.put(51)
    const full = await harvest(data, 'run', 'library', '--full')
    assert.deepEqual([full.state, full.seen, full.stored, full.unchanged, full.missing], ['done', 49, 2, 47, 2])
    assert.equal(await found(data, 'Title'), 48)
    const back = await harvest(data, 'rollback', 'library')
    assert.deepEqual([back.state, back.code], ['done', 0])
    assert.equal(await found(data, 'Title'), 50)
    assert.equal(await found(data, '错误的题名'), 0)
    // It rests until a person lets it go on, and then finds the same again.
    assert.match(await ok(['harvest', '--data', data, 'list'], { env: { LANG: 'en' } }), /resting/)
    const again = await harvest(data, 'run', 'library', '--full')
    assert.deepEqual([again.stored, again.missing], [2, 2])
    const wrong = await harvest(data, 'rollback', 'library', '--to', '999')
    assert.equal(wrong.code, 2)
    await harvest(data, 'rollback', 'library', '--to', String(first.run))
    assert.equal(await found(data, 'Title'), 50)
  })
})

test('a source that forgets its deletions is reconciled by its identifiers', async () => {
  const repository = new Repository({ count: 30, page: 7, deleted: 'transient' })
  await withSource(repository, async (data, server) => {
    await harvest(data, 'run', 'library')
    repository.records.delete('oai:example.org:000005')
    repository.put(31) // with an old datestamp: no harvest by datestamp finds it
    let done = await harvest(data, 'run', 'library')
    assert.equal(done.missing, undefined, 'not before a second has passed')
    await ok(['harvest', '--data', data, 'set', 'library', '--reconcile', '1s'])
    await new Promise((wait) => setTimeout(wait, 1100))
    server.asked.length = 0
    done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.state, done.missing], ['done', 1])
    assert.ok(server.asked.some((url) => url.searchParams.get('verb') === 'ListIdentifiers'))
    assert.equal(await found(data, 'Title'), 29)
    done = await harvest(data, 'run', 'library') // everything, since one was lacking
    assert.deepEqual([done.seen, done.stored], [30, 1])
  })
})

test('no record matches is a success; a forgotten token begins the list again; other errors are said', async () => {
  const repository = new Repository({ count: 20, page: 5 })
  await withSource(repository, async (data) => {
    let forgot = 0
    repository.hook = (url) => (url.searchParams.has('resumptionToken') && forgot++ === 1 ? oaiError('badResumptionToken') : null)
    let done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.state, done.seen, done.stored], ['done', 20, 20])
    repository.hook = null
    repository.clock = '2026-05-05T08:00:00Z'
    await harvest(data, 'run', 'library')
    done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.state, done.seen], ['done', 0])
    repository.forget = true
    done = await harvest(data, 'run', 'library', '--full')
    assert.deepEqual([done.state, done.code], ['failed', 1])
    assert.match(done.err, /oai: /)
    repository.forget = false
    done = await harvest(data, 'continue', 'library')
    assert.deepEqual([done.state, done.seen, done.unchanged], ['done', 20, 20])
    repository.hook = () => oaiError('cannotDisseminateFormat', 'no such thing')
    done = await harvest(data, 'run', 'library')
    assert.match(done.err, /cannotDisseminateFormat: no such thing|cannotDisseminateFormat：no such thing/)
  })
})

test('a harvest is stopped and goes on from the last good token', async () => {
  const repository = new Repository({ count: 60, page: 10 })
  let asked = 0
  repository.hook = async (url) => {
    if (url.searchParams.get('verb') === 'ListRecords' && ++asked > 2) await new Promise((wait) => setTimeout(wait, 700))
    return null
  }
  await withSource(repository, async (data, server) => {
    const running = harvest(data, 'run', 'library')
    while (asked < 3) await new Promise((wait) => setTimeout(wait, 20))
    const other = await harvest(data, 'run', 'library')
    assert.equal(other.code, 2, 'one process at a time')
    await ok(['harvest', '--data', data, 'stop', 'library'])
    const stopped = await running
    assert.deepEqual([stopped.state, stopped.code], ['stopped', 1])
    repository.hook = null
    server.asked.length = 0
    const done = await harvest(data, 'continue', 'library')
    assert.deepEqual([done.state, done.seen, done.stored], ['done', 60, 60])
    assert.ok(server.asked[0].searchParams.has('resumptionToken'), 'from the last good token')
    assert.equal(done.run, stopped.run)
  })
})

test('a running node harvests by itself what is due', async () => {
  const repository = new Repository({ count: 25 })
  await withSource(repository, async (data, server) => {
    await ok(['harvest', '--data', data, 'add', 'often', `${server.url}/oai`, ...quick.slice(0, 6), '--every', '1s', '--prefix', 'oai_dc'])
    await withNode(data, async (node) => {
      await node.until(async () => (await node.json('/api/v1/search', { q: 'Title' })).total === 25)
      repository.put(26, { stamp: '2026-03-05T07:59:00Z' })
      await node.until(async () => (await node.json('/api/v1/search', { q: 'Title' })).total === 26)
      const source = await node.json('/api/v1/sources/often')
      assert.equal(source.live, 26)
      assert.ok(source.runs.length >= 2)
      const jobs = await node.json('/api/v1/jobs', { kind: 'harvest.run' })
      assert.ok(jobs.items.length >= 2)
    })
  })
})

test('a server that asks to wait is waited for, and a host is asked no faster than it is told', async () => {
  const repository = new Repository({ count: 30, page: 10 })
  const times = []
  let busy = 1
  repository.hook = (url, request, response) => {
    times.push(Date.now())
    if (url.searchParams.get('verb') !== 'ListRecords' || busy-- <= 0) return null
    response.writeHead(503, { 'retry-after': '1' })
    response.end()
    return undefined
  }
  await withSource(repository, async (data, server) => {
    let began = Date.now()
    const done = await harvest(data, 'run', 'library')
    assert.deepEqual([done.state, done.seen], ['done', 30], done.err)
    assert.ok(Date.now() - began >= 1000, 'Retry-After is kept to')
    for (const name of ['b', 'c']) await ok(['harvest', '--data', data, 'add', name, `${server.url}/oai`, ...quick, '--pause', '150'])
    times.length = 0
    began = Date.now()
    await ok(['harvest', '--data', data, 'run', 'b', 'c']) // at the same time, of one host
    assert.equal(times.length, 8)
    const gaps = times.slice(1).map((time, i) => time - times[i])
    assert.ok(Math.min(...gaps) >= 130, `requests come ${gaps} ms after each other`)
  })
})

test('what nothing names any more is tidied away', async () => {
  const repository = new Repository({ count: 8 })
  const server = await repository.serve()
  try {
    await withData(async (data) => {
      for (const name of ['kept', 'gone']) await ok(['harvest', '--data', data, 'add', name, `${server.url}/oai`, ...quick, '--guard', '100'])
      await harvest(data, 'run', 'kept')
      for (const record of repository.records.values()) repository.put(record.id, { title: `${record.title} anew` })
      await harvest(data, 'run', 'gone')
      assert.equal((await run(['harvest', '--data', data, 'remove', 'gone'])).code, 2, 'it still has records')
      assert.deepEqual((({ state, missing, seen }) => [state, missing, seen])(await harvest(data, 'rollback', 'gone', '--to', '0')), ['done', 8, 0])
      assert.equal(await found(data, 'anew'), 0)
      await ok(['harvest', '--data', data, 'remove', 'gone'])
      const payloads = () => Number(execFileSync('sqlite3', [join(data, 'store.db'), 'SELECT COUNT(*) FROM harvest_payload']).toString())
      assert.equal(payloads(), 16)
      await withNode(data, (node) => node.until(() => payloads() === 8))
      assert.match(await ok(['harvest', '--data', data, 'payload', 'kept', 'oai:example.org:000001']), /<dc:title>/)
      assert.match(await ok(['check', '--data', data]), /./)
    }, [])
  } finally {
    await server.close()
  }
})

test('what is asked for wrongly is said with field, limit and value', async () => {
  await withData(async (data) => {
    const env = { LANG: 'en' }
    const refused = [
      [['add', 'A b', 'http://example.org/oai'], /at most 60 lower-case letters.*is "A b"/],
      [['add', 'a', 'ftp://example.org/oai'], /must be a web address/],
      [['add', 'a', 'http://me:secret@example.org/oai'], /must be a web address/],
      [['add', 'a', 'http://example.org/oai', '--guard', '101'], /must be at most 100, is 101/],
      [['add', 'a', 'http://example.org/oai', '--every', 'soon'], /must be a time such as .* is "soon"/],
      [['add', 'a', 'http://example.org/oai', '--allow', 'lan'], /"lan" is none/],
      [['add', 'a', 'http://example.org/oai', '--mapping', 'nowhere'], /nowhere/],
      [['run', 'nobody'], /There is no source "nobody"/],
      [['dance'], /After "harvest" there must be/],
      [['add', 'a'], /needs more arguments/],
    ]
    for (const [args, sentence] of refused) {
      const result = await run(['harvest', '--data', data, ...args], { env })
      assert.equal(result.code, 2, args.join(' '))
      assert.match(result.err, sentence)
    }
    const bad = join(data, 'bad.json')
    await writeFile(bad, '{"namespace":"x","records":[{"type":"paper","key":"{a}","fields":{"titel":"a"}}]}')
    const faulty = await run(['harvest', '--data', data, 'add', 'a', 'http://example.org/oai', '--mapping', bad], { env })
    assert.match(faulty.err, /bad\.json:1:\d+: records\[0\]\.fields\.titel: is not a field of this type/)
    await mkdir(join(data, 'region'))
    await writeFile(join(data, 'region/harvest.json'), '{"formats": [{"prefix": "oai_dc", "maping": "oai-dc"}, {"reader": "yt"}]}')
    const wrong = await run(['harvest', '--data', data, 'add', 'a', 'http://example.org/oai'], { env })
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /formats\[0\]\.maping: is not a field[^]*formats\[1\]\.reader: code "yt"[^]*formats\[1\]\.prefix: is required/)
    await rm(join(data, 'region/harvest.json'))
    await ok(['harvest', '--data', data, 'add', 'a', 'http://example.org/oai'])
    assert.equal((await run(['harvest', '--data', data, 'add', 'a', 'http://example.org/oai'])).code, 2)
    await ok(['harvest', '--data', data, 'remove', 'a'])
    assert.equal(await ok(['harvest', '--data', data, 'list']), '')
  }, [])
})
