// A harvest over a full node: pages by their depth, records a second, beside reading and parsing the same rows from the store.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bin, command, median, ms, percentile, start, withFolder } from './lib.mjs'

const PROBES = 12 // pages of each depth

/** What a process has used of the processors. */
const cpuSeconds = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)

export async function oaiBench({ rows = 1_000_000, generate, build }) {
  return withFolder(async (folder) => {
    const csv = join(folder, 'rows.csv'), data = join(folder, 'data')
    generate(rows, csv)
    command(bin, ['init', '--data', data])
    command(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv], { limit: 3_600_000 })
    return measure(data, rows, build)
  })
}

/** The page's token, as a string of its own: a part of the page would keep the whole of it. */
function tokenOf(text) {
  const found = /<resumptionToken[^>]*>([^<]+)</.exec(text.slice(-600))
  return found ? Buffer.from(found[1]).toString() : undefined
}

/** Over a folder that is there already: `node bench/oai.mjs DATA ROWS BUILD`. */
async function measure(data, rows, build) {
  const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
  const result = [], label = `harvest, ${rows} records`
  try {
    const ask = async (query) => {
      const from = process.hrtime.bigint()
      const answer = await fetch(`${node.found[1]}/oai?${query}`, { headers: { 'accept-encoding': 'identity' } })
      const text = await answer.text()
      if (answer.status !== 200 || text.includes('<error code')) throw new Error(`${query} answered ${answer.status}: ${text.slice(0, 600)}`)
      return { text, ms: Number(process.hrtime.bigint() - from) / 1e6 }
    }
    const time = async (query) => {
      const times = []
      await ask(query)
      for (let n = 0; n < PROBES; n++) times.push((await ask(query)).ms)
      return median(times)
    }
    /** The whole list: { records, seconds, bytes, tokens }. */
    const harvest = async (prefix) => {
      let query = `verb=ListRecords&metadataPrefix=${prefix}`, records = 0, bytes = 0
      const tokens = [], from = process.hrtime.bigint()
      while (query) {
        const { text } = await ask(query)
        const token = tokenOf(text)
        bytes += text.length
        records = token ? Number(token.split('~')[6]) : records + text.split('<header').length - 1
        if (token) tokens.push(token)
        query = token && `verb=ListRecords&resumptionToken=${encodeURIComponent(token)}`
      }
      return { records, bytes, tokens, seconds: Number(process.hrtime.bigint() - from) / 1e9 }
    }
    // Not waited for with this process standing still: the node closes connections that do.
    const floor = async () => (await promisify(execFile)(join(build, 'bench/oai_bench'), [join(data, 'store.db')], { timeout: 3_600_000 })).stdout.trimEnd().split('\n')
      .map((line) => /records=(\d+) us=(\d+)/.exec(line)).map(([, records, us]) => Number(records) / Number(us) * 1e6)

    await harvest('oai_dc') // the pages of the store into memory
    const rounds = []
    for (let n = 0; n < 3; n++) {
      const before = cpuSeconds(node.child.pid), round = await harvest('oai_dc'), cpu = cpuSeconds(node.child.pid) - before
      rounds.push({ ...round, cpu, floor: median(await floor()) })
    }
    const rate = median(rounds.map((round) => round.records / round.seconds)), ratio = median(rounds.map((round) => round.records / round.seconds / round.floor))
    if (rounds[0].records !== rows) throw new Error(`${rounds[0].records} records in the list`)
    result.push({ measure: `${label}: oai_dc, records/s`, ours: Math.round(rate), peer: `${Math.round(median(rounds.map((round) => round.floor)))} read and parsed`,
      ratio: ratio.toFixed(2), bar: '>= 0.5, >= 50,000/s', cleared: ratio >= 0.5 && rate >= 50_000 })

    result.push({ measure: `${label}: oai_dc, records/s of the node's processor time`, ours: Math.round(median(rounds.map((round) => round.records / round.cpu))) })

    const { tokens } = rounds[0]
    // The very first page also counts the list; pages are held against the one after it, which does not.
    const by = (token) => `verb=ListRecords&resumptionToken=${encodeURIComponent(token)}`
    result.push({ measure: `${label}: the first page, with counting, ms`, ours: ms(await time('verb=ListRecords&metadataPrefix=oai_dc')) })
    for (const share of [0.01, 0.5, 0.99]) {
      const deep = by(tokens[Math.floor(tokens.length * share)]), pairs = []
      for (let n = 0; n < 5; n++) pairs.push({ page: await time(deep), second: await time(by(tokens[0])) })
      const ratio = median(pairs.map(({ page, second }) => page / second))
      result.push({ measure: `${label}: a page at ${share * 100} %, ms`, ours: ms(median(pairs.map(({ page }) => page))), peer: `${ms(median(pairs.map(({ second }) => second)))} second page`,
        ratio: ratio.toFixed(2), bar: '<= 1.2', cleared: ratio <= 1.2 })
    }
    const xt = await harvest('xt')
    result.push({ measure: `${label}: xt, records/s`, ours: Math.round(xt.records / xt.seconds) })
    const cerif = await harvest('oai_cerif_openaire_1.2')
    result.push({ measure: `${label}: CERIF, records/s`, ours: Math.round(cerif.records / cerif.seconds) })
    const set = []
    for (const area of ['440000', '440300', 'CN']) set.push((await ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&set=area:${area}`)).ms)
    result.push({ measure: `${label}: first page of an area, ms`, ours: ms(percentile(set, 1)) })
  } finally {
    await node.stop()
  }
  return result
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { table } = await import('./lib.mjs')
  console.log(table(await measure(process.argv[2], Number(process.argv[3]), process.argv[4])))
}
