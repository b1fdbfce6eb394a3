// GET of a record over HTTP beside nginx serving the same bytes as files, both over keep-alive from wrk.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { bin, command, median, start, withFolder } from './lib.mjs'

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => done(port)) })
})

function rate(url, script, seconds = 5) {
  const out = command('wrk', ['-t1', '-c32', `-d${seconds}s`, '-s', script, url]).out
  if (/Non-2xx/.test(out)) throw new Error(`wrk against ${url}: ${out}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1])
}

export async function httpBench({ rows = 20_000, paths = 2_000, rounds = 3, generate }) {
  return withFolder(async (folder) => {
    const csv = join(folder, 'rows.csv'), data = join(folder, 'data'), root = join(folder, 'root')
    generate(rows, csv)
    command(bin, ['init', '--data', data])
    command(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv])
    const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
    let nginx
    try {
      const url = node.found[1], keys = []
      for (let next = '/api/v1/search?limit=200&sort=title'; next && keys.length < paths;) {
        const answer = await (await fetch(url + next)).json()
        keys.push(...answer.items.map((item) => item.key))
        next = answer.next
      }
      let bytes = 0
      for (const key of keys) {
        const body = await (await fetch(`${url}/api/v1/records/${key}`, { headers: { 'accept-encoding': 'identity' } })).text()
        mkdirSync(join(root, 'api/v1/records', key.split('/')[0]), { recursive: true })
        writeFileSync(join(root, 'api/v1/records', key), body)
        bytes += Buffer.byteLength(body)
      }
      const script = join(folder, 'paths.lua')
      writeFileSync(script, `local paths = {${keys.map((key) => `"/api/v1/records/${key}"`).join(',')}}
local n = 0
request = function() n = n % #paths + 1; return wrk.format("GET", paths[n]) end
`)
      const port = await freePort(), conf = join(folder, 'nginx.conf')
      writeFileSync(conf, `daemon off; worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log; user root;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=10000 inactive=60s; default_type application/json;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; root ${root}; } }
`)
      nginx = await start('nginx', ['-c', conf, '-e', `${folder}/error.log`])
      for (let n = 0; n < 100; n++) {
        if (await fetch(`http://127.0.0.1:${port}/api/v1/records/${keys[0]}`).then((r) => r.ok, () => false)) break
        await new Promise((done) => setTimeout(done, 50))
      }
      const pairs = []
      for (let n = 0; n < rounds; n++) pairs.push({ a: rate(url, script), b: rate(`http://127.0.0.1:${port}`, script) })
      const ours = median(pairs.map((p) => p.a)), peer = median(pairs.map((p) => p.b)), ratio = median(pairs.map((p) => p.a / p.b))
      return [{ measure: `GET of a record (mean ${Math.round(bytes / keys.length)} bytes), requests/s`, ours: Math.round(ours),
        peer: `${Math.round(peer)} nginx file`, ratio: ratio.toFixed(2), bar: '>= 0.5', cleared: ratio >= 0.5 }]
    } finally {
      await node.stop()
      if (nginx) await nginx.stop()
    }
  })
}
