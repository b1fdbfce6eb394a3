// Reading tables to cells: a process for each reading, rounds in turn. XLSX beside openpyxl, exceljs and LibreOffice.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { command, median, top, withFolder } from './lib.mjs'

const peers = join(top, 'bench/peers')

/** The last line a peer prints, or its seconds as a whole where it prints nothing of the kind. */
const seconds = {
  'openpyxl': (file) => JSON.parse(command('/usr/bin/python3', [join(peers, 'openpyxl_read.py'), 'whole', file]).out).us / 1e6,
  'openpyxl read_only': (file) => JSON.parse(command('/usr/bin/python3', [join(peers, 'openpyxl_read.py'), 'stream', file]).out).us / 1e6,
  'exceljs stream': (file) => JSON.parse(command('node', [join(peers, 'exceljs.mjs'), file]).out).us / 1e6,
  'LibreOffice to CSV': (file, folder) =>
    command('soffice', ['--headless', '--convert-to', 'csv', '--outdir', join(folder, 'out'), file], { env: { HOME: folder } }).seconds,
}

export function tableBench({ rows = 100_000, rounds = 5, build }) {
  return withFolder((folder) => {
    const program = join(build, 'bench/table_bench')
    const big = join(folder, 'big')
    command(program, ['make', String(rows), folder])
    command('mkdir', [big])
    command(program, ['make', String(rows * 10), big])
    const read = (file) => {
      const found = JSON.parse(command(program, ['read', file]).out)
      if (found.rows % rows !== 0 || found.rows === 0) throw new Error(`${file}: ${found.rows} rows read`)
      return found
    }
    const result = []
    const texts = { 'rows.csv': 'CSV, UTF-8', 'quoted.csv': 'CSV, every cell quoted', 'gb18030.csv': 'CSV, GB18030',
      'rows.csv.gz': 'CSV in gzip, of what is in it', 'rows.jsonl': 'JSON Lines' }
    for (const [name, label] of Object.entries(texts)) {
      const bytes = statSync(join(folder, name.replace(/\.gz$/, ''))).size
      const times = Array.from({ length: rounds }, () => read(join(folder, name)).us)
      const rate = bytes / median(times)
      const bar = name.includes('.csv') ? { bar: '>= 150', cleared: rate >= 150 } : {}
      result.push({ measure: `read ${rows} rows of 20 cells: ${label}, MB/s`, ours: rate.toFixed(0), ...bar })
    }
    for (const [name, label] of Object.entries({ 'shared.xlsx': 'shared strings', 'inline.xlsx': 'inline strings' })) {
      const file = join(folder, name), ours = [], theirs = Object.fromEntries(Object.keys(seconds).map((peer) => [peer, []]))
      for (let n = 0; n < rounds; n++) {
        ours.push(read(file).us / 1e6)
        // openpyxl takes the longest by far and is not near the fastest: one round less tells as much.
        for (const [peer, run] of Object.entries(seconds)) if (n < 3 || !peer.startsWith('openpyxl')) theirs[peer].push(run(file, folder))
      }
      const all = Object.entries(theirs).map(([peer, times]) => [peer, median(times)]).sort((a, b) => a[1] - b[1])
      const ratio = all[0][1] / median(ours)
      result.push({ measure: `read ${rows} rows of 20 cells: XLSX, ${label}, s`, ours: median(ours).toFixed(2),
        peer: all.map(([peer, time]) => `${time.toFixed(1)} ${peer}`).join(', '), ratio: `${ratio.toFixed(1)} to the fastest`,
        bar: '>= 5', cleared: ratio >= 5 })
    }
    const peaks = (from) => [...Object.keys(texts), 'shared.xlsx', 'inline.xlsx'].map((name) => read(join(from, name)).peak_kb / 1024)
    const small = peaks(folder), large = peaks(big)
    const most = Math.max(...small, ...large), growth = Math.max(...large.map((mb, i) => mb / small[i]))
    result.push({ measure: `most memory of a process that reads ${rows * 10} rows, any of these files, MB`, ours: Math.max(...large).toFixed(0),
      peer: `${Math.max(...small).toFixed(0)} at ${rows} rows`, ratio: growth.toFixed(2), bar: 'all <= 30', cleared: most <= 30 })
    return result
  })
}
