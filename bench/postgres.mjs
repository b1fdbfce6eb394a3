// The same queries beside PostgreSQL: a tsvector of the same pairs under GIN, ts_rank for the top 20, GROUPING SETS
// for the five facets, over a private server on a Unix socket. Both sides warm; the median of three rounds a query.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, median, withFolder } from './lib.mjs'

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

export async function postgresBench({ rows = 200_000, rounds = 3, build }) {
  const bin = installed()
  if (!bin) return [{ measure: 'search beside PostgreSQL', ours: 'left out: postgresql-15 is not installed' }]
  return withFolder(async (folder) => {
    command(join(build, 'bench/search_bench'), [String(rows), '3', folder], { limit: 3_600_000 })
    const queries = readFileSync(join(folder, 'queries.tsv'), 'utf8').trimEnd().split('\n').map((line) => {
      const [name, match, type, area, hits, ours] = line.split('\t')
      return { name, match, type, area, hits: Number(hits), ours: Number(ours) }
    })
    return server(bin, folder, (psql) => {
      psql(`CREATE TABLE load (id int, title text, keywords text, abstract text, type text, area text, year int, subject text, organisation text);
\\copy load FROM '${folder}/rows.tsv' WITH (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\b')
CREATE TABLE rec AS SELECT id, type, area, year, subject, organisation, setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', keywords), 'B')
  || setweight(to_tsvector('simple', abstract), 'D') AS tsv FROM load;
DROP TABLE load; CREATE INDEX ON rec USING gin (tsv); VACUUM ANALYZE rec;
`)
      for (const query of queries) {
        const out = psql(`${statement(query)}\\timing on\n${statement(query).repeat(rounds)}`)
        query.theirs = median([...out.matchAll(/^Time: ([\d.]+) ms/gm)].map((found) => Number(found[1])))
      }
      const at = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(part * list.length) - 1)]
      return [...new Set(queries.map((query) => query.name))].map((name) => {
        const mine = queries.filter((query) => query.name === name)
        const [o50, o95, t50, t95] = [[0.5, 'ours'], [0.95, 'ours'], [0.5, 'theirs'], [0.95, 'theirs']].map(([part, side]) => at(mine.map((query) => query[side]), part))
        const bar = name === 'C2' ? 15 : 3
        return { measure: `${name} over ${rows} records, p50 / p95 ms`, ours: `${o50.toFixed(2)} / ${o95.toFixed(2)}`,
          peer: `${t50.toFixed(1)} / ${t95.toFixed(1)} PostgreSQL GIN + ts_rank`, ratio: `${(t50 / o50).toFixed(1)} / ${(t95 / o95).toFixed(1)}`,
          bar: `>= ${bar} both`, cleared: t50 / o50 >= bar && t95 / o95 >= bar }
      })
    })
  })
}
