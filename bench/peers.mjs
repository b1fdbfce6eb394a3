// The classes of queries over the same records by all engines: ours, stock FTS5 (both in search_bench), PostgreSQL, Groonga and Xapian,
// one after the other. Each finds all matches, ranks the top 20 and counts five facets; hit counts are compared with ours.
//   BENCH_WAYS    who takes part, by commas: segment (always), fts5, stock, postgres, groonga, xapian
//   BENCH_LOAD_S  a peer that would take longer than this to load is left out (default 720)
import { join } from 'node:path'
import { command, machine, ms, percentile, readQueries, withFolder } from './lib.mjs'
import { groonga } from './peers/groonga.mjs'
import { xapian } from './peers/xapian.mjs'
import { postgres } from './postgres.mjs'

const inProcess = { segment: 'segment', fts5: 'fts5', stock: 'stock FTS5' }
const apart = { postgres, groonga, xapian }
const chosen = ['segment', ...(process.env.BENCH_WAYS ?? 'fts5,stock,postgres,groonga,xapian').split(',').filter((way) => way !== 'segment')]
const patience = Number(process.env.BENCH_LOAD_S ?? 720)
const rounds = 3

/** Ours and stock FTS5 in one process, as columns; writes the records and the queries for the others into folder. */
function inside({ rows, build, folder }) {
  const ways = chosen.filter((way) => way in inProcess)
  const { out } = command(join(build, 'bench/search_bench'), [String(rows), String(rounds), folder],
    { limit: 7_200_000, env: { BENCH_WAYS: ways.join() } })
  const f = JSON.parse(out.trimEnd().split('\n').pop())
  const columns = ways.map((way) => ({
    name: inProcess[way],
    rate: rows / (rows / f[`${way}_fed_per_s`] + Math.max(0, f[`${way}_tidy_s`] ?? 0)), // until nothing is left to merge
    bytes: f[`${way}_bytes_per_record`],
    times: (name) => [f[name][`${way}_p50_ms`], f[name][`${way}_p95_ms`]],
  }))
  return { columns, notes: out.includes('of made-up words') ? ['Records of made-up words: XIETONG_DATA names no folder of real ones.'] : [] }
}

function differing(queries, hits) {
  return queries.map((query, i) => ({ ...query, theirs: hits[i] })).filter((query) => query.hits !== query.theirs)
}

/** The table of one size, as Markdown, and what is to be said of it. */
async function measure({ rows, build, rates }) {
  return withFolder(async (folder) => {
    const { columns, notes } = inside({ rows, build, folder })
    const queries = readQueries(folder)
    for (const [way, peer] of Object.entries(apart)) {
      if (!chosen.includes(way)) continue
      const there = peer.installed(), expected = rows / (rates[way] ?? peer.rate)
      if (there !== true || expected > patience) {
        notes.push(`${peer.name} left out: ${there !== true ? there : `at ${Math.round(rows / expected)} records a second it would load for more than ${patience} s (BENCH_LOAD_S)`}.`)
        continue
      }
      console.error(`bench: ${peer.name}, ${rows} records`)
      const theirs = await peer.measure({ folder, rows, queries, rounds })
      rates[way] = rows / theirs.seconds
      columns.push({ name: peer.name, rate: rates[way], bytes: theirs.bytes, times: (name) => {
        const list = theirs.ms.filter((_, i) => queries[i].name === name)
        return [percentile(list, 0.5), percentile(list, 0.95)]
      } })
      const other = differing(queries, theirs.hits)
      for (const query of other) console.error(`bench: ${peer.name}: ${query.match} ${query.type}: ${query.theirs} hits, ours ${query.hits}`)
      notes.push(other.length === 0 ? `${peer.name}: the same number of hits for all ${queries.length} queries.`
        : `${peer.name}: another number of hits for ${other.length} of ${queries.length} queries.`)
    }
    const line = (cells) => `| ${cells.join(' | ')} |`
    return { notes, table: [
      line(['p50 / p95 ms', ...columns.map((column) => column.name)]),
      line(['---', ...columns.map(() => '---')]),
      ...[...new Set(queries.map((query) => query.name))].map((name) => line([name, ...columns.map((column) => column.times(name).map(ms).join(' / '))])),
      line(['records/s until it can be asked', ...columns.map((column) => Math.round(column.rate))]),
      line(['bytes a record', ...columns.map((column) => column.bytes)]),
    ].join('\n') }
  })
}

/** One block of Markdown for each size, as it is done: { rows, text }. */
export async function* peersBench({ sizes, build, about }) {
  const rates = {}, unknown = chosen.filter((way) => !(way in inProcess || way in apart))
  if (unknown.length > 0) throw new Error(`BENCH_WAYS: there is no "${unknown.join('", "')}"; there are ${Object.keys({ ...inProcess, ...apart }).join(', ')}`)
  for (const rows of sizes) {
    const before = machine()
    console.error(`bench: ${chosen.filter((way) => way in inProcess).join(', ')}, ${rows} records`)
    const { table, notes } = await measure({ rows, build, rates })
    yield { rows, text: `${about(before, machine().load)}\n\n${table}\n\n${notes.join(' ')}`.trimEnd() }
  }
}
