// Import of a CSV to searchable, beside `sqlite3 .import` plus a stock FTS5 trigram index over the same text.
import { join } from 'node:path'
import { rmSync, statSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { anonymousMb, bin, command, median, withFolder } from './lib.mjs'

/** The peer: the same rows into a table and a trigram index over the same columns, durable at the end. */
function peer(folder, csv, n) {
  return command('sqlite3', [join(folder, `peer${n}.db`)], {
    input: `PRAGMA journal_mode=WAL;
.import --csv ${csv} rows
CREATE VIRTUAL TABLE text USING fts5(title, abstract, keywords, organisation, tokenize='trigram');
INSERT INTO text(rowid, title, abstract, keywords, organisation) SELECT rowid, title, abstract, keywords, organisation FROM rows;
PRAGMA wal_checkpoint(TRUNCATE);
`,
  }).seconds
}

/** The same as command(), watching the memory that no file stands behind. */
async function watched(file, args) {
  const from = process.hrtime.bigint()
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  let out = '', peakMb = 0
  child.stdout.on('data', (part) => { out += part })
  const timer = setInterval(() => { try { peakMb = Math.max(peakMb, anonymousMb(child.pid)) } catch { /* it has ended */ } }, 50)
  const code = await new Promise((done) => child.on('close', done))
  clearInterval(timer)
  if (code !== 0) throw new Error(`${file} left with ${code}`)
  return { out, seconds: Number(process.hrtime.bigint() - from) / 1e9, peakMb }
}

async function ours(folder, csv, n) {
  const data = join(folder, `data${n}`)
  command(bin, ['init', '--data', data])
  const run = await watched(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv])
  const counts = Object.fromEntries([...run.out.matchAll(/(\w+)=([\d.]+)/g)].map(([, k, v]) => [k, Number(v)]))
  const found = command(bin, ['search', '--data', data, '--limit', '1', '研究']).err
  if (counts.rejected || !/[1-9]/.test(found)) throw new Error(`import: ${run.out}${found}`)
  rmSync(data, { recursive: true })
  return { seconds: run.seconds, peakMb: run.peakMb }
}

export function importBench({ rows = 200_000, rounds = 3, generate }) {
  return withFolder(async (folder) => {
    const csv = join(folder, 'rows.csv'), small = join(folder, 'small.csv')
    generate(rows, csv)
    generate(rows / 10, small)
    const least = (await ours(folder, small, 'small')).peakMb
    const pairs = []
    for (let n = 0; n < rounds; n++) pairs.push({ a: await ours(folder, csv, n), b: peer(folder, csv, n) })
    const seconds = median(pairs.map((p) => p.a.seconds)), ratio = median(pairs.map((p) => p.a.seconds / p.b))
    const peak = median(pairs.map((p) => p.a.peakMb))
    return [
      { measure: `import ${rows} rows (${(statSync(csv).size / 1e6).toFixed(0)} MB) to searchable, s`, ours: seconds.toFixed(1),
        peer: `${median(pairs.map((p) => p.b)).toFixed(1)} sqlite3 .import + FTS5 trigram`, ratio: ratio.toFixed(2), bar: '<= 1.25', cleared: ratio <= 1.25 },
      { measure: 'records a second', ours: Math.round(rows / seconds), bar: '>= 4000', cleared: rows / seconds >= 4000 },
      { measure: `most memory while importing ${rows} rows, MB`, ours: peak.toFixed(0), peer: `${least.toFixed(0)} at ${rows / 10} rows`,
        ratio: (peak / least).toFixed(2), bar: 'flat: <= 1.5', cleared: peak / least <= 1.5 },
    ]
  })
}
