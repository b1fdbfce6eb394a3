// Harvest of a repository on loopback to searchable, beside an import of the same records from a file.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { bin, command, median, withFolder } from './lib.mjs'

const PAGE = 500
const words = '机器人 控制 冷链 水稻 传感器 激光 电池 材料 算法 检测 制造 物流 芯片 光电 智能 海洋 生物 医药 能源 网络'.split(' ')

/** Record number i: what a repository of papers says of one. */
function record(i) {
  const word = (k) => words[(i * 7919 + k * 104729) % words.length]
  return {
    id: `oai:bench.example:${i}`, title: `面向${word(1)}与${word(2)}的${word(3)}研究之${i}`, creators: [`张${word(4)}`, `李${word(5)}`, `王${i % 997}`],
    subjects: [word(6), word(7), word(8)], abstract: `本文研究${Array.from({ length: 40 }, (_, k) => word(k)).join('与')}，共${i}项。`, date: `20${10 + (i % 15)}-0${1 + (i % 9)}-11`,
  }
}

const dc = (r) => `<record><header><identifier>${r.id}</identifier><datestamp>2026-01-02T03:04:05Z</datestamp></header><metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${r.title}</dc:title>${r.creators.map((c) => `<dc:creator>${c}</dc:creator>`).join('')}${r.subjects.map((s) => `<dc:subject>${s}</dc:subject>`).join('')}<dc:description>${r.abstract}</dc:description><dc:date>${r.date}</dc:date><dc:type>article</dc:type><dc:language>zh</dc:language></oai_dc:dc></metadata></record>`

const envelope = (body) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-05T08:00:00Z</responseDate>${body}</OAI-PMH>`)

/** A server of count records, its answers made beforehand: { url, close }. */
async function repository(count) {
  const pages = []
  for (let at = 0; at < count; at += PAGE) {
    const body = Array.from({ length: Math.min(PAGE, count - at) }, (_, i) => dc(record(at + i))).join('')
    const token = at + PAGE < count ? `<resumptionToken>${pages.length + 1}</resumptionToken>` : ''
    pages.push(envelope(`<ListRecords>${body}${token}</ListRecords>`))
  }
  const identify = envelope('<Identify><repositoryName>R</repositoryName><protocolVersion>2.0</protocolVersion><deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>')
  const server = createServer((request, response) => {
    const query = new URL(request.url, 'http://localhost').searchParams
    response.end(query.get('verb') === 'Identify' ? identify : pages[Number(query.get('resumptionToken') ?? 0)])
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections?.(); server.close() } }
}

/** Runs without standing in the way of the server, which is in this process. */
function timed(args, env = {}) {
  const from = process.hrtime.bigint()
  return new Promise((done, fail) => {
    const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
    let out = ''
    child.stdout.on('data', (part) => { out += part })
    child.on('close', (code) => (code === 0 ? done({ out, seconds: Number(process.hrtime.bigint() - from) / 1e9 }) : fail(new Error(`${args.join(' ')} left with ${code}`))))
  })
}

/** The engine that searches, and what a harvest of it has to reach, records a second. */
const engines = [{ engine: 'segment', bar: 6000 }, { engine: 'fts5', bar: 3000 }]

async function measure(folder, url, file, { engine, bar }, count, rounds) {
  const env = { XIETONG_SEARCH_ENGINE: engine }
  const ours = [], again = [], floor = []
  for (let n = 0; n < rounds; n++) {
    const data = join(folder, `${engine}${n}`), other = join(folder, `${engine}${n}-import`)
    for (const one of [data, other]) command(bin, ['init', '--data', one], { env })
    command(bin, ['harvest', '--data', data, 'add', 'bench', `${url}/oai`, '--allow', 'loopback', '--pause', '0'], { env })
    const run = await timed(['harvest', '--data', data, 'run', 'bench'], env)
    if (!run.out.includes(`state=done seen=${count} stored=${count} `)) throw new Error(run.out)
    ours.push(run.seconds)
    again.push((await timed(['harvest', '--data', data, 'run', 'bench', '--full'], env)).seconds)
    floor.push((await timed(['import', '--data', other, '--type', 'paper', file], env)).seconds)
  }
  const rate = count / median(ours)
  return [
    { measure: `harvest ${count} records to searchable, ${engine}, s`, ours: median(ours).toFixed(1), peer: `${median(floor).toFixed(1)} the same imported from a file`,
      ratio: median(ours.map((s, n) => s / floor[n])).toFixed(2) },
    { measure: `records harvested a second, ${engine}`, ours: Math.round(rate), bar: `>= ${bar}`, cleared: rate >= bar },
    { measure: `the same unchanged, records a second, ${engine}`, ours: Math.round(count / median(again)) },
  ]
}

export function harvestBench({ count = 50_000, rounds = 3 }) {
  return withFolder(async (folder) => {
    const server = await repository(count)
    const file = join(folder, 'records.jsonl')
    const lines = Array.from({ length: count }, (_, i) => {
      const r = record(i)
      return JSON.stringify({ _key: r.id, title: r.title, authors: r.creators.map((label) => ({ label })), keywords: r.subjects, abstract: r.abstract, published_on: r.date, kind: 'journal-article', language: 'zh' })
    })
    writeFileSync(file, `${lines.join('\n')}\n`)
    try {
      const rows = []
      for (const engine of engines) rows.push(...await measure(folder, server.url, file, engine, count, rounds))
      return rows
    } finally {
      server.close()
    }
  })
}
