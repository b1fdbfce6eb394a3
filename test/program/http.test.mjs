// The server as clients see it: routing, limits, negotiation, overload, stopping. The C test of the room has routes of
// its own for what no real route shows; this one is about the program as it is.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, newFolder, ok, run, withData, withNode } from '../lib/node.mjs'

const LIMIT_MS = 20_000

/** One request by hand: { status, headers, body } with nothing added, decoded or followed. */
function ask(node, path, { method = 'GET', headers = {}, body, agent } = {}) {
  return new Promise((done, fail) => {
    const url = new URL(node.url)
    const sent = request({ host: url.hostname, port: url.port, path, method, headers, agent, timeout: LIMIT_MS }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('error', fail)
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
    })
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path.slice(0, 80)}: no answer within ${LIMIT_MS} ms`)))
    sent.on('error', fail)
    sent.end(body)
  })
}

/** Sends text on a connection of its own and gives all that comes back, or what came when it was cut off. */
function exchange(node, text, { every, piece = 'x' } = {}) {
  return new Promise((done, fail) => {
    const url = new URL(node.url)
    const started = Date.now()
    const socket = connect(Number(url.port), url.hostname)
    let got = ''
    let timer
    const limit = setTimeout(() => socket.destroy(new Error(`open for ${LIMIT_MS} ms`)), LIMIT_MS)
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      socket.write(text)
      if (every) timer = setInterval(() => socket.writable && socket.write(piece), every)
    })
    socket.on('data', (part) => { got += part })
    socket.on('error', (error) => { if (!['ECONNRESET', 'EPIPE'].includes(error.code)) fail(error) })
    socket.on('end', () => { clearInterval(timer); socket.end() })
    socket.on('close', () => {
      clearInterval(timer)
      clearTimeout(limit)
      done({ text: got, took: Date.now() - started })
    })
  })
}

describe('the server', () => {
  let folder
  let node

  before(async () => {
    folder = await newFolder()
    await ok(['init', '--data', join(folder, 'data'), '--name', 'http.example.cn'])
    node = await Node.start(join(folder, 'data'), { args: ['--idle-timeout', '2'] })
  })
  after(async () => {
    try {
      await node?.stop()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('tells what is not there from what is not done there', async () => {
    const missing = await ask(node, '/api/v1/nothing')
    assert.equal(missing.status, 404)
    assert.equal(missing.headers['content-type'], 'application/problem+json')
    const wrong = await ask(node, '/healthz', { method: 'DELETE' })
    assert.equal(wrong.status, 405)
    assert.equal(wrong.headers.allow, 'GET, HEAD, OPTIONS')
    const options = await ask(node, '/healthz', { method: 'OPTIONS' })
    assert.equal(options.status, 204)
    assert.equal(options.headers.allow, 'GET, HEAD, OPTIONS')
    assert.equal(options.body.length, 0)
  })

  it('answers HEAD as GET without a body', async () => {
    for (const path of ['/', '/healthz', '/api/openapi.json', '/api/v1/nothing']) {
      const get = await ask(node, path)
      const head = await ask(node, path, { method: 'HEAD' })
      assert.equal(head.status, get.status, path)
      assert.equal(head.body.length, 0, path)
      assert.equal(head.headers['content-length'], get.headers['content-length'], path)
      assert.equal(head.headers.etag, get.headers.etag, path)
    }
  })

  it('lists all that is wrong with the parameters, in the asked language', async () => {
    const answer = await ask(node, '/healthz?colour=1&lng=2&q=%zz&lang=en')
    assert.equal(answer.status, 400)
    const problem = JSON.parse(answer.body)
    assert.equal(problem.status, 400)
    assert.equal(problem.request_id, answer.headers['x-request-id'])
    assert.deepEqual(problem.problems.map((one) => one.field).sort(), ['colour', 'lng', 'q'])
    assert.match(problem.problems.find((one) => one.field === 'lng').message, /did you mean "lang"/)
    const chinese = JSON.parse((await ask(node, '/healthz?colour=1')).body)
    assert.equal(chinese.problems[0].message, '没有这个参数')
    assert.equal((await ask(node, '/%ff')).status, 400)
    assert.equal((await ask(node, '/api/%e0%80%80')).status, 400)
  })

  it('keeps request ids that are fit to keep', async () => {
    const kept = await ask(node, '/healthz', { headers: { 'x-request-id': 'abc-1.2_Z' } })
    assert.equal(kept.headers['x-request-id'], 'abc-1.2_Z')
    const made = await ask(node, '/healthz', { headers: { 'x-request-id': 'a b"c' } })
    assert.match(made.headers['x-request-id'], /^[0-9A-Z]{26}$/)
    await node.until(() => node.log.includes('abc-1.2_Z'))
    const line = node.log.split('\n').find((one) => one.includes('abc-1.2_Z'))
    const entry = JSON.parse(line)
    assert.equal(entry.event, 'request')
    assert.equal(entry.target, '/healthz')
    assert.equal(entry.status, 200)
  })

  it('answers 304 where nothing changed and 412 where something did', async () => {
    const plain = await ask(node, '/api/openapi.json')
    const etag = plain.headers.etag
    assert.match(etag, /^"[^"]+"$/)
    for (const list of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const unchanged = await ask(node, '/api/openapi.json', { headers: { 'if-none-match': list } })
      assert.equal(unchanged.status, 304, list)
      assert.equal(unchanged.body.length, 0)
      assert.equal(unchanged.headers.etag, etag)
    }
    assert.equal((await ask(node, '/api/openapi.json', { headers: { 'if-none-match': '"x"' } })).status, 200)
    assert.equal((await ask(node, '/api/openapi.json', { headers: { 'if-match': etag } })).status, 200)
    assert.equal((await ask(node, '/api/openapi.json', { headers: { 'if-match': '"x"' } })).status, 412)
  })

  it('compresses for those who take it', async () => {
    const { gunzipSync } = await import('node:zlib')
    const plain = await ask(node, '/api/openapi.json')
    const packed = await ask(node, '/api/openapi.json', { headers: { 'accept-encoding': 'br, gzip;q=0.5' } })
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.match(packed.headers.vary, /Accept-Encoding/)
    assert.notEqual(packed.headers.etag, plain.headers.etag)
    assert.ok(packed.body.length < plain.body.length / 2)
    assert.deepEqual(gunzipSync(packed.body), plain.body)
    const refused = await ask(node, '/api/openapi.json', { headers: { 'accept-encoding': 'gzip;q=0' } })
    assert.equal(refused.headers['content-encoding'], undefined)
  })

  it('gives people the application where there is no page, and says so to programs', async () => {
    for (const path of ['/', '/search', '/overview', '/embed/overview/map']) assert.equal((await node.fetch(path)).status, 200, path)
    for (const path of ['/no-such-page', '/records', '/没有']) {
      const answer = await node.fetch(path)
      assert.equal(answer.status, 404, path)
      assert.match(answer.headers.get('content-type'), /^text\/html/)
      assert.match(await answer.text(), /<div id="app"/)
    }
  })

  it('sends the page with a strict policy, and its files to be kept', async () => {
    assert.equal((await ask(node, '/records/paper/01J00000000000000000000000')).status, 404)
    const page = await ask(node, '/help')
    assert.equal(page.status, 200)
    const policy = page.headers['content-security-policy']
    assert.match(policy, /default-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.equal(page.headers['x-content-type-options'], 'nosniff')
    assert.ok(page.headers['referrer-policy'])
    assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(page.headers['cache-control'], 'no-cache')
    assert.equal((await ask(node, '/assets/gone-abc123.js')).status, 404)
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.body.toString())
    if (script) {   // the page may not have been built into this program
      const asset = await ask(node, script[1], { headers: { 'accept-encoding': 'gzip' } })
      assert.equal(asset.status, 200)
      assert.match(asset.headers['cache-control'], /immutable/)
      assert.match(asset.headers['content-type'], /^text\/javascript/)
      assert.equal(asset.headers['content-encoding'], 'gzip')
    }
  })

  it('refuses what is too large', async () => {
    assert.equal((await ask(node, `/healthz?q=${'a'.repeat(9000)}`)).status, 414)
    const headers = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`x-large-${i}`, 'a'.repeat(450)]))
    assert.equal((await ask(node, '/healthz', { headers })).status, 431)
    const body = await exchange(node, 'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n')
    assert.match(body.text, /^HTTP\/1\.1 413 /)
    // Far beyond any limit the connection may simply end, but the server stays.
    await exchange(node, `GET /${'a'.repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)
    assert.equal((await ask(node, '/healthz')).status, 200)
  })

  it('cuts off who sends too slowly', async () => {
    const starts = ['', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ', 'GET /']
    const ends = await Promise.all(starts.map((text) => exchange(node, text, { every: 200 })))
    for (const end of ends) assert.ok(end.took < 12_000, `${end.took} ms`)
    assert.equal((await ask(node, '/healthz')).status, 200)
  })

  it('survives what is no HTTP', async () => {
    const noise = ['\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'x'.repeat(100_000),
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'GET / HTTP/1.1\r\n: x\r\n\r\n', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n']
    await Promise.all(noise.map((text) => exchange(node, text)))
    assert.equal((await ask(node, '/healthz')).status, 200)
  })

  it('counts what it does', async () => {
    await ask(node, '/api/v1/nothing')
    const text = (await ask(node, '/metrics')).body.toString()
    assert.match(text, /^xietong_http_requests_total\{method="GET",route="\/healthz",status="200"\} [1-9]/m)
    assert.match(text, /^xietong_http_requests_total\{method="",route="none",status="404"\} [1-9]/m)
    assert.match(text, /^xietong_http_request_seconds_bucket\{method="GET",route="\/healthz",le="\+Inf"\} [1-9]/m)
    assert.match(text, /^xietong_sequence \d+$/m)
    for (const line of text.trim().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [-+0-9.e]+)$/, line)
    }
  })
})

describe('starting and stopping', () => {
  it('says in one sentence why it cannot listen', async () => {
    await withData((data) => withNode(data, async (node) => {
      const taken = await run(['serve', '--data', data, '--listen', new URL(node.url).host])
      assert.equal(taken.code, 2)
      assert.equal(taken.err.trim().split('\n').length, 1, taken.err)
      const wrong = await run(['serve', '--data', data, '--listen', 'nowhere'])
      assert.equal(wrong.code, 2)
    }), [])
  })

  it('answers all that it took when it is told to stop under load', async () => {
    await withData(async (data) => {
      const node = await Node.start(data, { args: ['--quiet'] })
      const counts = { ok: 0, refused: 0, cut: 0 }
      let stopping = false
      const client = async () => {
        while (!stopping) {
          try {
            const answer = await ask(node, '/api/v1/jobs')
            if (answer.status === 200) counts.ok++
            else counts.cut++
          } catch (error) {
            if (error.code === 'ECONNREFUSED') counts.refused++
            else counts.cut++
            if (counts.refused + counts.cut > 200) return
          }
        }
      }
      const clients = Promise.all(Array.from({ length: 16 }, client))
      await node.until(() => counts.ok > 300)
      const started = Date.now()
      await node.stop()
      stopping = true
      await clients
      assert.ok(Date.now() - started < 10_000)
      assert.ok(counts.ok > 300)
      // A connection that was still in the queue of the socket when it closed is reset: few, and never an answer begun.
      assert.ok(counts.cut <= 16, JSON.stringify(counts))
    }, [])
  })

  it('says 503 early under overload, and stays quick for cheap routes', async () => {
    await withData(async (data) => {
      await withNode(data, async (node) => {
        const statuses = await Promise.all(Array.from({ length: 64 }, async () => {
          const answer = await ask(node, `/api/v1/search?q=${encodeURIComponent('机器')}&facets=type,area,year`)
          if (answer.status === 503) assert.ok(Number(answer.headers['retry-after']) > 0)
          return answer.status
        }))
        assert.ok(statuses.every((status) => status === 200 || status === 503), statuses.join(' '))
        assert.ok(statuses.includes(200))
        assert.equal((await ask(node, '/healthz')).status, 200)
      }, { args: ['--slow-threads', '1', '--slow-queue', '1'] })
    }, [])
  })
})
