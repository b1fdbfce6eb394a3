// A hostile server: each thing it does is answered with a reason, within a bounded time and size, and other sources go on.
// time limit: 400 s
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer as createTls } from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ok, run, withData, withFolder, withNode } from '../lib/node.mjs'
import { Repository, dcRecord, envelope, identify, oaiError, serve } from '../lib/oai-server.mjs'

const quick = ['--allow', 'loopback', '--pause', '0', '--retry-after', '10', '--retries', '1', '--every', '0', '--timeout', '3', '--page-size', '2']
const env = { LANG: 'en' }

const zeros = gzipSync(Buffer.alloc(32 << 20, 32))
const list = (body) => envelope(`<ListRecords>${body}</ListRecords>`)
const drip = (response, text, ms) => {
  response.write(text)
  const timer = setInterval(() => response.write(' '), ms)
  response.on('close', () => clearInterval(timer))
}

// What a server does to ListRecords (or to Identify), the class of the fault that is noted, and what is said.
const faults = {
  garbage: { class: 'xml', says: /not OAI-PMH/, list: () => 'garbage \u0001\u0002' },
  webpage: { class: 'xml', says: /a web page/, list: () => '<!DOCTYPE html><html><body>Welcome</body></html>' },
  empty: { class: 'xml', says: /not OAI-PMH/, list: () => '' },
  cut: { class: 'xml', says: /not well-formed XML/, list: () => list(dcRecord({ id: 'a' })).slice(0, -30) },
  external: {
    class: 'xml', says: /document type declaration/,
    list: () => '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><OAI-PMH><ListRecords>&e;</ListRecords></OAI-PMH>',
  },
  laughs: {
    class: 'xml', says: /document type declaration/,
    list: () => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'.split('').map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghij'[i]};`.repeat(10)}">`).join('')}]><OAI-PMH><error code="x">&j;</error></OAI-PMH>`,
  },
  endless: {
    class: 'size', says: /more than 2 MiB/,
    list: (response) => { // would send for ever
      const piece = 'x'.repeat(65536)
      const more = () => { while (!response.destroyed && response.write(piece)); }
      response.on('drain', more)
      more()
    },
  },
  bomb: {
    class: 'size', says: /unpacks to more than|more than 2 MiB/,
    list: (response) => { response.setHeader('content-encoding', 'gzip'); response.end(zeros) },
  },
  slow: { class: 'timeout', says: /did not finish its answer within 3 seconds/, list: (response) => drip(response, '<OAI-PMH>', 100) },
  silent: { class: 'timeout', says: /did not finish its answer within 3 seconds/, list: () => new Promise(() => {}) },
  hangup: { class: 'network', says: /The connection to "127\.0\.0\.1" failed/, list: (response) => response.destroy() },
  short: {
    class: 'network', says: /The connection to "127\.0\.0\.1" failed/,
    list: (response) => { response.setHeader('content-length', '1000'); response.write('<OAI-PMH>'); setTimeout(() => response.destroy(), 20) },
  },
  circle: { class: 'redirect', says: /go in a circle/, list: (response, url) => { response.writeHead(302, { location: `${url.pathname}${url.search}` }); response.end() } },
  hops: {
    class: 'redirect', says: /More than 5 redirections/,
    list: (response, url) => { const n = Number(url.searchParams.get('hop') ?? 0); url.searchParams.set('hop', n + 1); response.writeHead(302, { location: `${url.pathname}${url.search}` }); response.end() },
  },
  file: { class: 'address', says: /no usable address/, list: (response) => { response.writeHead(302, { location: 'file:///etc/passwd' }); response.end() } },
  inside: { class: 'address', says: /leads to 169\.254\.169\.254, which is in no network that is allowed/,
    list: (response) => { response.writeHead(302, { location: 'http://169.254.169.254/latest/' }); response.end() } },
  forbidden: { class: 'http', says: /HTTP 403/, list: (response) => { response.writeHead(403); response.end('no') } },
  overload: { class: 'http', says: /kept answering HTTP 503/, list: (response) => { response.writeHead(503, { 'retry-after': '0' }); response.end() } },
  later: { class: 'http', says: /come again in 90000 seconds/, list: (response) => { response.writeHead(503, { 'retry-after': '90000' }); response.end() } },
  replay: { class: 'loop', says: /Page 2 is one that came before/, list: () => list(`${dcRecord({ id: 'a' })}<resumptionToken>same</resumptionToken>`) },
  fresh: { // an old page under ever new tokens
    class: 'loop', says: /Page 2 is one that came before/,
    list: () => list(`${dcRecord({ id: 'a' })}<resumptionToken>${Math.random()}</resumptionToken>`),
  },
  nothing: { class: 'loop', says: /20 pages in a row without a record/, list: () => list(`<resumptionToken>${Math.random()}</resumptionToken>`) },
  token: { class: 'size', says: /resumptionToken may have at most 4096 bytes/, list: () => list(`${dcRecord({ id: 'a' })}<resumptionToken>${'x'.repeat(5000)}</resumptionToken>`) },
  version: { class: 'oai', says: /speaks version "1\.1"/, identify: () => identify().replace('>2.0<', '>1.1<') },
  noidentify: { class: 'oai', says: /did not answer Identify/, identify: () => list(dcRecord({ id: 'a' })) },
  otherverb: { class: 'oai', says: /did not give the list asked for/, list: () => identify() },
  badset: { class: 'oai', says: /noSetHierarchy: no sets here/, list: () => oaiError('noSetHierarchy', 'no sets here') },
}

test('each fault of a server has a reason, and costs no other source', { timeout: 300_000 }, async () => {
  const good = new Repository({ count: 40, page: 10 })
  const server = await serve((url, request, response) => {
    const name = url.pathname.slice(1)
    const fault = faults[name]
    if (!fault) return good.answer(url)
    if (url.searchParams.get('verb') === 'Identify') return fault.identify ? fault.identify() : identify()
    return fault.list(response, url)
  })
  try {
    await withData(async (data) => {
      for (const name of [...Object.keys(faults), 'good']) await ok(['harvest', '--data', data, 'add', name, `${server.url}/${name}`, ...quick])
      const result = await run(['harvest', '--data', data, 'run'], { env, limit: 200_000 })
      assert.equal(result.code, 1)
      const said = Object.fromEntries(result.err.trimEnd().split('\n').map((row) => [row.slice(0, row.indexOf(':')), row]))
      for (const [name, fault] of Object.entries(faults)) {
        assert.ok(said[name], `nothing is said of ${name}\n${result.err}`)
        assert.ok(said[name].startsWith(`${name}: ${fault.class}: `), said[name])
        assert.match(said[name], fault.says)
        assert.match(result.out, new RegExp(`^${name}\\trun=\\d+ state=failed `, 'm'))
      }
      assert.match(result.out, /^good\trun=\d+ state=done seen=40 stored=40 /m)
      // Nothing of what failed is public, and nothing of it was asked for again and again.
      assert.equal(JSON.parse(await ok(['search', '--data', data, 'Title', '--json'])).total, 40)
      assert.equal(server.asked.filter((url) => url.pathname === '/later').length, 2)
      assert.equal(server.asked.filter((url) => url.pathname === '/overload').length, 3)
      assert.match(await ok(['check', '--data', data]), /./)
    }, [])
  } finally {
    await server.close()
  }
})

test('addresses inside are refused unless they are allowed, whatever their name', async () => {
  const repository = new Repository({ count: 3 })
  const server = await repository.serve()
  try {
    await withData(async (data) => {
      const refused = async (name, url, allow, sentence) => {
        await ok(['harvest', '--data', data, 'add', name, url, ...quick, '--allow', allow])
        const result = await run(['harvest', '--data', data, 'run', name], { env })
        assert.equal(result.code, 1)
        assert.match(result.err, sentence)
      }
      await refused('plain', `${server.url}/oai`, '', /^plain: address: "127\.0\.0\.1" leads to 127\.0\.0\.1/)
      await refused('name', `http://localhost:${server.port}/oai`, 'private', /^name: address: "localhost" leads to/)
      await refused('short', `http://127.1:${server.port}/oai`, '', /^short: address: /)
      await refused('number', `http://2130706433:${server.port}/oai`, '10.0.0.0/8', /^number: address: /)
      assert.equal(server.asked.length, 0, 'no connection was made')
      await withNode(data, async (node) => { // where a name leads to inside is not told to everybody
        assert.deepEqual((await node.json('/api/v1/sources/name')).last.error, { class: 'address' })
      })
      await ok(['harvest', '--data', data, 'set', 'name', '--allow', '127.0.0.1'])
      assert.match(await ok(['harvest', '--data', data, 'run', 'name']), /state=done seen=3 stored=3/)
    }, [])
  } finally {
    await server.close()
  }
})

test('a wrong size of the list and a clock of next year do no harm', async () => {
  const repository = new Repository({ count: 20, page: 5, clock: '2199-01-01T00:00:00Z' })
  repository.hook = (url) => repository.answer(url).replace('completeListSize="20"', 'completeListSize="999999999999999999999"')
  const server = await repository.serve()
  try {
    await withData(async (data) => {
      await ok(['harvest', '--data', data, 'add', 'liar', `${server.url}/oai`, ...quick, '--overlap', '0'])
      assert.match(await ok(['harvest', '--data', data, 'run', 'liar']), /state=done seen=20 stored=20/)
      await ok(['harvest', '--data', data, 'run', 'liar'])
      const from = server.asked.map((url) => url.searchParams.get('from')).filter(Boolean)
      assert.equal(from.length, 1)
      assert.ok(Math.abs(Date.parse(from[0]) - Date.now()) < 60_000, `a source cannot set our clock: ${from[0]}`)
    }, [])
  } finally {
    await server.close()
  }
})

test('servers are believed by their certificates alone', async () => {
  await withFolder(async (folder) => {
    const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)], { stdio: 'ignore' })
    make('one')
    make('two')
    const key = execFileSync('sh', ['-c', `openssl x509 -in ${join(folder, 'one.pem')} -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`]).toString().trim()
    const repository = new Repository({ count: 3 })
    let used = 'one'
    const plain = await repository.serve()
    const start = () => serve((url, request, response) => {
      if (url.pathname !== '/down') return repository.answer(url)
      response.writeHead(301, { location: `${plain.url}/oai${url.search}` })
      response.end()
      return undefined
    }, {
      create: (handler) => createTls({ key: readFileSync(join(folder, `${used}.key`)), cert: readFileSync(join(folder, `${used}.pem`)) }, handler),
    })
    let server = await start()
    try {
      await withData(async (data) => {
        await ok(['harvest', '--data', data, 'add', 'safe', `${server.url}/oai`, ...quick])
        const says = async (sentence) => assert.match((await run(['harvest', '--data', data, 'run', 'safe'], { env })).err, sentence)
        await says(/^safe: certificate: The certificate of "127\.0\.0\.1" is not to be trusted/)
        await ok(['harvest', '--data', data, 'set', 'safe', '--ca', join(folder, 'one.pem'), '--pin', `sha256//${key}`])
        assert.match(await ok(['harvest', '--data', data, 'run', 'safe']), /state=done seen=3/)
        await ok(['harvest', '--data', data, 'add', 'down', `${server.url}/down`, ...quick, '--ca', join(folder, 'one.pem')])
        assert.match((await run(['harvest', '--data', data, 'run', 'down'], { env })).err, /^down: redirect: A redirection leads from https to/)
        // The certificate is changed: first the one that is trusted, then one that has another key.
        await server.close()
        used = 'two'
        server = await start()
        await ok(['harvest', '--data', data, 'set', 'safe', `${server.url}/oai`])
        await says(/^safe: certificate: The certificate of/)
        await ok(['harvest', '--data', data, 'set', 'safe', '--ca', join(folder, 'two.pem')])
        await says(/^safe: certificate: .* has another public key than the one given/)
        await ok(['harvest', '--data', data, 'set', 'safe', '--pin', ''])
        assert.match(await ok(['harvest', '--data', data, 'run', 'safe']), /state=done/)
      }, [])
    } finally {
      await server.close()
      await plain.close()
    }
  })
})
