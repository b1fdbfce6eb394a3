// Import of a CSV to searchable, beside `sqlite3 .import` plus a stock FTS5 trigram index over the same text.
import { join } from 'node:path'
import { statSync } from 'node:fs'
import { bin, command, median, withFolder } from './lib.mjs'

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

function ours(folder, csv, n) {
  const data = join(folder, `data${n}`)
  command(bin, ['init', '--data', data])
  const run = command(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv])
  const counts = Object.fromEntries([...run.out.matchAll(/(\w+)=([\d.]+)/g)].map(([, k, v]) => [k, Number(v)]))
  const found = command(bin, ['search', '--data', data, '--limit', '1', '研究']).err
  if (counts.rejected || !/[1-9]/.test(found)) throw new Error(`import: ${run.out}${found}`)
  return { seconds: run.seconds, peakKb: run.peakKb, stored: counts.stored }
}

export function importBench({ rows = 200_000, rounds = 3, generate }) {
  return withFolder((folder) => {
    const csv = join(folder, 'rows.csv')
    generate(rows, csv)
    const small = join(folder, 'small.csv')
    generate(rows / 10, small)
    const flat = ours(folder, small, 'small').peakKb
    const pairs = []
    for (let n = 0; n < rounds; n++) pairs.push({ a: ours(folder, csv, n), b: peer(folder, csv, n) })
    const seconds = median(pairs.map((p) => p.a.seconds))
    const ratio = median(pairs.map((p) => p.a.seconds / p.b))
    const peak = median(pairs.map((p) => p.a.peakKb)) / 1024
    return [
      { measure: `import ${rows} rows (${(statSync(csv).size / 1e6).toFixed(0)} MB) to searchable, s`, ours: seconds.toFixed(1),
        peer: `${median(pairs.map((p) => p.b)).toFixed(1)} sqlite3 .import + FTS5 trigram`, ratio: ratio.toFixed(2), bar: '<= 1.25', cleared: ratio <= 1.25 },
      { measure: 'records a second', ours: Math.round(rows / seconds), bar: '>= 4000', cleared: rows / seconds >= 4000 },
      { measure: `peak memory at ${rows} rows, MB`, ours: peak.toFixed(0), peer: `${(flat / 1024).toFixed(0)} at ${rows / 10} rows`,
        ratio: (peak * 1024 / flat).toFixed(2), bar: 'flat' },
    ]
  })
}
