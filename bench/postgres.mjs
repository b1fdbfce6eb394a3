// The same queries beside PostgreSQL: a tsvector of the same pairs under GIN, ts_rank for the top 20, GROUPING SETS
// for the five facets, over a private server on a Unix socket. Both sides warm; the median of three rounds a query.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { command, median, percentile, readQueries, withFolder } from './lib.mjs'

const owner = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--reset-env', '--pdeathsig=QUIT'] : []

function installed() {
  const versions = (() => { try { return readdirSync('/usr/lib/postgresql') } catch { return [] } })()
  return versions.sort((a, b) => b - a).map((version) => `/usr/lib/postgresql/${version}/bin`)[0]
}

async function server(bin, folder, body) {
  const socket = join(folder, 'pg')
  mkdirSync(socket)
  if (owner.length) {
    execFileSync('chmod', ['755', folder])
    const [uid, gid] = [execFileSync('id', ['-u', 'postgres']), execFileSync('id', ['-g', 'postgres'])].map(Number)
    chownSync(socket, uid, gid)
  }
  const run = (file, args) => [...owner, file, ...args]
  const [first, ...rest] = run(join(bin, 'initdb'), ['-D', join(socket, 'data'), '-U', 'xietong', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'])
  execFileSync(first, rest, { cwd: '/tmp', stdio: 'ignore' })
  const [name, ...args] = run(join(bin, 'postgres'), ['-D', join(socket, 'data'), '-k', socket, '-c', 'listen_addresses=', '-c', 'fsync=off',
    '-c', 'shared_buffers=1GB', '-c', 'work_mem=256MB', '-c', 'maintenance_work_mem=1GB', '-c', 'jit=off', '-c', 'max_parallel_workers_per_gather=0'])
  const child = spawn(name, args, { cwd: '/tmp', stdio: 'ignore' })
  const ended = new Promise((done) => child.on('close', done))
  try {
    const psql = (input, limit = 1_800_000) => execFileSync('psql', ['-h', socket, '-U', 'xietong', '-d', 'postgres', '-qAt', '-v', 'ON_ERROR_STOP=1'],
      { input, timeout: limit, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] }).toString()
    for (let n = 0; ; n++) {
      try { psql('SELECT 1'); break } catch (error) { if (n > 200) throw error }
      await new Promise((done) => setTimeout(done, 50))
    }
    return await body(psql)
  } finally {
    child.kill('SIGQUIT')
    await ended
  }
}

/** "a b" AND "c"* as a tsquery: phrases of pairs, the last one of a star's phrase as a beginning. */
function tsquery(match) {
  return match.split(' AND ').map((part) => {
    const [, words, star] = /^"(.*)"(\*?)$/.exec(part)
    const list = words.split(' ').map((word) => `'${word.replaceAll("'", "''")}'`)
    return `(${list.join(' <-> ')}${star ? ':*' : ''})`
  }).join(' & ')
}

/** One statement: the matches once, their top 20 and their facet counts. */
function statement(query) {
  const filter = query.type ? ` AND type = '${query.type}' AND area = '${query.area}'` : ''
  return `WITH m AS MATERIALIZED (SELECT id, type, area, year, subject, organisation, ts_rank(tsv, q) AS rank
  FROM rec, to_tsquery('simple', '${tsquery(query.match).replaceAll("'", "''")}') q WHERE tsv @@ q${filter}),
top AS (SELECT id, rank FROM m ORDER BY rank DESC LIMIT 20)
SELECT id, NULL, NULL, NULL, NULL, NULL, NULL FROM top UNION ALL SELECT NULL, type, area, year, subject, organisation, count(*) FROM m
  GROUP BY GROUPING SETS ((type), (area), (year), (subject), (organisation));
`
}

export const postgres = {
  name: 'PostgreSQL',
  rate: 2_000, // records a second, until a run has measured it
  installed: () => installed() !== undefined || 'postgresql-15 is not installed',
  /** Seconds are those of COPY, the tsvectors, the index and VACUUM; bytes those of the table of tsvectors and facets with its index. */
  measure({ folder, rows, queries, rounds }) {
    return server(installed(), folder, (psql) => {
      const started = process.hrtime.bigint()
      psql(`CREATE TABLE load (id int, title text, keywords text, abstract text, type text, area text, year int, subject text, organisation text);
\\copy load FROM '${folder}/rows.tsv' WITH (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\b')
CREATE TABLE rec AS SELECT id, type, area, year, subject, organisation, setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', keywords), 'B')
  || setweight(to_tsvector('simple', abstract), 'D') AS tsv FROM load;
DROP TABLE load; CREATE INDEX ON rec USING gin (tsv); VACUUM ANALYZE rec;
`)
      const seconds = Number(process.hrtime.bigint() - started) / 1e9
      const bytes = Math.round(Number(psql(`SELECT pg_total_relation_size('rec')`)) / rows)
      const took = [], hits = []
      for (const query of queries) {
        const out = psql(`${statement(query)}\\timing on\n${statement(query).repeat(rounds)}`)
        took.push(median([...out.matchAll(/^Time: ([\d.]+) ms/gm)].map((found) => Number(found[1]))))
        hits.push([...out.matchAll(/^\|[^|]+\|\|\|\|\|(\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0) / (rounds + 1)) // by type
      }
      return { seconds, bytes, ms: took, hits }
    })
  },
}

export async function postgresBench({ rows = 200_000, rounds = 3, build }) {
  const there = postgres.installed()
  if (there !== true) return [{ measure: 'search beside PostgreSQL', ours: `left out: ${there}` }]
  return withFolder(async (folder) => {
    command(join(build, 'bench/search_bench'), [String(rows), '3', folder], { limit: 3_600_000 })
    const queries = readQueries(folder)
    const theirs = await postgres.measure({ folder, rows, queries, rounds })
    return [...new Set(queries.map((query) => query.name))].map((name) => {
      const of = (list) => list.filter((_, i) => queries[i].name === name)
      const [mine, other] = [of(queries.map((query) => query.ours)), of(theirs.ms)]
      const [o50, o95, t50, t95] = [percentile(mine, 0.5), percentile(mine, 0.95), percentile(other, 0.5), percentile(other, 0.95)]
      const bar = name === 'C2' ? 15 : 3
      return { measure: `${name} over ${rows} records, p50 / p95 ms`, ours: `${o50.toFixed(2)} / ${o95.toFixed(2)}`,
        peer: `${t50.toFixed(1)} / ${t95.toFixed(1)} PostgreSQL GIN + ts_rank`, ratio: `${(t50 / o50).toFixed(1)} / ${(t95 / o95).toFixed(1)}`,
        bar: `>= ${bar} both`, cleared: t50 / o50 >= bar && t95 / o95 >= bar }
    })
  })
}
