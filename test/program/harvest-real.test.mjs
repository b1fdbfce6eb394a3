// Every recorded repository of the data sets, replayed on loopback as it answered then: chains of resumption tokens, a redirection,
// an answer that is no well-formed XML, nine deleted records in ten.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { dataSets, noData, ok, run, withData, withFolder } from '../lib/node.mjs'
import { identify, oaiError, serve } from '../lib/oai-server.mjs'

const HEADERS = 6114
const DELETED = 30
const STORED = 5705
const REJECTED = 379

/** What is refused, and by which rule: headers without a record among the answers of mit, files of Dryad without a title. */
const RULES = {
  dryad: 'required title 132',
  'get-identifiers': 'harvest-no-metadata  171',
  'write-records-000': 'harvest-no-metadata  32',
  'record-not-found-000': 'harvest-no-metadata  28',
  'cli-all-options-except-set-spec-000': 'harvest-no-metadata  16',
}

/** The recorded answers: Map of source name to [{ file, status, headers, deleted, token }]. A token leads to the next of its list. */
async function recorded(folder) {
  await promisify(execFile)('tar', ['xzf', join(dataSets, 'oai/responses.tar.gz'), '-C', folder])
  const rows = (await readFile(join(dataSets, 'oai/responses-index.tsv'), 'utf8')).trimEnd().split('\n').slice(1)
  const sources = new Map()
  for (const row of rows) {
    const [file, status, , headers, deleted] = row.split('\t')
    const [set, name] = file.split('/')
    // Lists of scrapi are harvested as they were; the answers of mit are lists and single records: each is a list of its own.
    const source = set === 'scrapi' ? name.replace(/-\d+\.xml$/, '').replaceAll('_', '-') : name.replace(/get-identifiers-\d+|\.xml$/g, (end) => (end === '.xml' ? '' : 'get-identifiers'))
    if (!sources.has(source)) sources.set(source, [])
    sources.get(source).push({ file: join(folder, file), status: Number(status), headers: Number(headers), deleted: Number(deleted) })
  }
  return sources
}

const tokenOf = (text) => {
  const found = /<resumptionToken[^>]*>([^<]*)<\/resumptionToken>/.exec(text)?.[1].trim() ?? ''
  return found.replaceAll('&amp;', '&')
}

test('every recorded repository is harvested, each header counted once', { skip: noData, timeout: 600_000 }, async () => {
  await withFolder(async (folder) => {
    const sources = await recorded(folder)
    const texts = new Map()
    for (const pages of sources.values())
      for (const page of pages) texts.set(page.file, page.status === 200 ? await readFile(page.file) : null)
    const server = await serve((url, request, response) => {
      const pages = sources.get(url.pathname.slice(1))
      if (url.searchParams.get('verb') === 'Identify') return identify()
      const token = url.searchParams.get('resumptionToken')
      let at = 0
      if (token !== null) at = 1 + pages.findIndex((page) => texts.get(page.file) && tokenOf(texts.get(page.file).toString()) === token)
      else if (texts.get(pages[0].file) === null && url.searchParams.has('moved')) at = 1
      if (token !== null && (at === 0 || at === pages.length)) return oaiError('badResumptionToken')
      const body = texts.get(pages[at].file)
      if (body === null) {
        response.writeHead(pages[at].status, { location: `${url.pathname}${url.search}&moved=1` })
        response.end()
        return undefined
      }
      response.setHeader('content-type', 'text/xml')
      response.end(body)
      return undefined
    })
    try {
      await withData(async (data) => {
        const options = ['--allow', 'loopback', '--pause', '0', '--retries', '0', '--every', '0']
        for (const name of sources.keys()) await ok(['harvest', '--data', data, 'add', name, `${server.url}/${name}`, ...options, '--prefix', name === 'ncar' ? 'dif' : 'oai_dc'])
        const result = await run(['harvest', '--data', data, 'run'], { env: { LANG: 'en' }, limit: 300_000 })
        const total = { seen: 0, stored: 0, unchanged: 0, deleted: 0, rejected: 0 }
        const wrong = []
        for (const row of result.out.trimEnd().split('\n')) {
          const name = row.split('\t')[0]
          const counts = Object.fromEntries([...row.matchAll(/(\w+)=(\w+)/g)].map(([, key, value]) => [key, value]))
          const pages = sources.get(name)
          const headers = pages.reduce((sum, page) => sum + page.headers, 0)
          const deleted = pages.reduce((sum, page) => sum + page.deleted, 0)
          for (const key of Object.keys(total)) total[key] += Number(counts[key])
          if (Number(counts.seen) !== headers || Number(counts.deleted) !== deleted || counts.state !== (name === 'record-not-found-009' ? 'failed' : 'done'))
            wrong.push(`${row} of ${headers}, ${deleted} deleted`)
        }
        assert.deepEqual(wrong, [])
        assert.deepEqual([total.seen, total.deleted], [HEADERS, DELETED])
        assert.equal(total.seen, total.stored + total.unchanged + total.deleted + total.rejected)
        assert.deepEqual([total.stored, total.rejected], [STORED, REJECTED])
        assert.deepEqual(result.err.trim().split('\n'), ['record-not-found-009: oai: The source answered idDoesNotExist: The given id does not exist'])
        for (const [name, rule] of Object.entries(RULES)) {
          const rules = (await ok(['harvest', '--data', data, 'diagnose', name])).split('\n').filter((row) => row && !row.startsWith('\t'))
          assert.deepEqual(rules.map((row) => row.split('\t').slice(0, 3).join(' ')), [rule], name)
        }
        // The answer with control characters is read whole; what is of no format that is known is kept as it came.
        assert.match(await ok(['harvest', '--data', data, 'list']), /^pcurio\t[^\t]*\t5\t/m)
        assert.match(await ok(['harvest', '--data', data, 'payload', 'ncar', 'oai:ESG-NCAR:701c2719-481e-11e5-861f-00c0f03d5b7c']), /^<DIF/)
        assert.match(await ok(['check', '--data', data]), /./)
      }, [])
    } finally {
      await server.close()
    }
  })
})

// Answers of other harvesters' own tests: each served as a list (Identify as such), and what comes of it.
const NO_LIST = 'oai: The source did not give the list asked for'
const EDGES = {
  'pyoai-fake1--00000': NO_LIST,
  'pyoai-fake1--00001': NO_LIST,
  'pyoai-fake1--00002': NO_LIST,
  'pyoai-fake1--00003': 'state=done seen=16 stored=0 unchanged=0 deleted=0 rejected=16',
  'pyoai-fake1--00004': 'state=done seen=1 stored=1 unchanged=0 deleted=0 rejected=0',
  'pyoai-fake1--00005': 'state=done seen=16 stored=16 unchanged=0 deleted=0 rejected=0',
  'pyoai-fake1--00006': 'xml: The answer is not OAI-PMH: its root is "dc"',
  'pyoai-fake2--00000': 'state=done seen=1 stored=0 unchanged=0 deleted=1 rejected=0',
  'pyoai-fake2--00001': 'state=done seen=1 stored=1 unchanged=0 deleted=0 rejected=0',
  'pyoai-fake2--00002': 'state=done seen=81 stored=79 unchanged=0 deleted=2 rejected=0',
  'pyoai-fake3--00001': 'xml: The answer is not well-formed XML (line 1)',
  'pyoai-fake4--00001': NO_LIST,
  'pyoai-fake5--00001': NO_LIST,
  'vufind-arbitrary-error-response': 'oai: The source answered foo: bar',
  'vufind-identify-response': NO_LIST,
  'vufind-list-records-response': 'state=done seen=2 stored=0 unchanged=0 deleted=1 rejected=1',
  'vufind-list-records-token-response': 'state=done seen=1 stored=0 unchanged=0 deleted=0 rejected=1',
  'vufind-list-sets-response': NO_LIST,
  'vufind-oai-doaj': 'state=done seen=100 stored=100 unchanged=0 deleted=0 rejected=0',
  'vufind-token-error-response': 'oai: The source answered badResumptionToken: Invalid or expired resumption token',
}

test('the answers that other harvesters are tested with have an end and a reason', { skip: noData, timeout: 200_000 }, async () => {
  const files = []
  for (const set of ['pyoai', 'vufind'])
    for (const name of (await readdir(join(dataSets, 'oai/edge', set))).sort()) if (name.endsWith('.xml')) files.push([`${set}-${name.replace('.xml', '').replaceAll('_', '-')}`, join(dataSets, 'oai/edge', set, name)])
  const server = await serve(async (url) => {
    const text = await readFile(files.find(([name]) => url.pathname === `/${name}`)[1], 'utf8')
    if (url.searchParams.get('verb') === 'Identify') return text.includes('<Identify') ? text : identify()
    return url.searchParams.has('resumptionToken') ? oaiError('noRecordsMatch') : text
  })
  try {
    await withData(async (data) => {
      for (const [name] of files) await ok(['harvest', '--data', data, 'add', name, `${server.url}/${name}`, '--allow', 'loopback', '--pause', '0', '--retries', '0', '--every', '0'])
      const result = await run(['harvest', '--data', data, 'run'], { env: { LANG: 'en' } })
      const came = Object.fromEntries(result.out.trimEnd().split('\n').map((row) => [row.split('\t')[0], /state=\S+ seen=\d+ stored=\d+ unchanged=\d+ deleted=\d+ rejected=\d+/.exec(row)[0]]))
      for (const row of result.err.trimEnd().split('\n')) came[row.slice(0, row.indexOf(':'))] = row.slice(row.indexOf(':') + 2)
      assert.deepEqual(came, EDGES)
    }, [])
  } finally {
    await server.close()
  }
})
