// Suggestions over a full node: what is typed letter by letter and character by character, at the server; and what their
// index costs: its bytes, and how long it takes to be made anew.
import { join } from 'node:path'
import { bin, command, ms, percentile, start, withFolder } from './lib.mjs'

// Titles as they are typed; each is asked for from its first letter or character on.
const WORDS = [
  ['基于', 'jiyu', 'jy'], ['电子显微', 'dianzixianwei', 'dzxw'], ['机器人', 'jiqiren', 'jqr'], ['研究', 'yanjiu', 'yj'],
  ['中国', 'zhongguo', 'zg'], ['数据', 'shuju', 'sj'], ['西安', 'xian', 'xa'], ['重庆', 'chongqing', 'cq'],
  ['高等教育', 'gaodengjiaoyu', 'gdjy'], ['农业', 'nongye', 'ny'], ['神经网络', 'shenjingwangluo', 'sjwl'], ['安全', 'anquan', 'aq'],
]
const LATIN = ['learning', 'graph', 'deep', 'robot', 'energy']
const ROUNDS = 3

/** Classes of what is typed: by how many characters, letters of pinyin, or initials. */
function classes() {
  const out = new Map()
  const add = (name, typed) => out.set(name, (out.get(name) ?? new Set()).add(typed))
  for (const [han, pinyin, initials] of WORDS) {
    for (let n = 1; n <= [...han].length && n <= 4; n++) add(`${n} character${n > 1 ? 's' : ''}`, [...han].slice(0, n).join(''))
    for (let n = 1; n <= pinyin.length; n++) add(n <= 3 ? `${n} letter${n > 1 ? 's' : ''} of pinyin` : '4 and more letters of pinyin', pinyin.slice(0, n))
    for (let n = 2; n <= initials.length; n++) add(`${n} initials`, initials.slice(0, n))
  }
  for (const word of LATIN) for (let n = 2; n <= word.length; n++) add('words of Latin letters', word.slice(0, n))
  return out
}

export async function suggestBench({ rows = 1_000_000, generate }) {
  return withFolder(async (folder) => {
    const csv = join(folder, 'rows.csv'), data = join(folder, 'data')
    generate(rows, csv)
    command(bin, ['init', '--data', data])
    command(bin, ['import', '--data', data, '--mapping', new URL('./rows.json', import.meta.url).pathname, csv], { limit: 3_600_000 })
    return measure(data, rows)
  })
}

/** Over a folder that is there already: `node bench/suggest.mjs DATA ROWS`. */
async function measure(data, rows) {
  const rebuild = command(bin, ['index', 'rebuild', '--data', data], { limit: 3_600_000 })
  const bytes = Number(/bytes=(\d+)/.exec(rebuild.out)[1])
  const result = [
    { measure: `suggestions, ${rows} records: index with them, bytes a record`, ours: Math.round(bytes / rows), bar: '<= 600', cleared: bytes / rows <= 600 },
    { measure: `suggestions, ${rows} records: index made anew, s`, ours: rebuild.seconds.toFixed(0) },
  ]
  const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
  try {
    const ask = async (typed) => {
      const from = process.hrtime.bigint()
      const answer = await (await fetch(`${node.found[1]}/api/v1/suggest?q=${encodeURIComponent(typed)}`)).json()
      return { answer, ms: Number(process.hrtime.bigint() - from) / 1e6 }
    }
    for (const [name, list] of classes()) {
      const times = []
      let incomplete = 0
      for (const typed of list) {
        for (let n = 0; n <= ROUNDS; n++) { // the first is not counted: it brings the pages of the index into memory
          const { answer } = await ask(typed)
          if (n > 0) times.push(answer.took_us / 1000)
          if (n > 0 && !answer.complete) incomplete++
        }
      }
      const p50 = percentile(times, 0.5), p95 = percentile(times, 0.95)
      result.push({ measure: `suggestions, ${rows} records: ${name}, p50 / p95 ms`, ours: `${ms(p50)} / ${ms(p95)}`, bar: '< 50 ms p95', cleared: p95 < 50 && incomplete === 0 })
    }
  } finally {
    await node.stop()
  }
  return result
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { table } = await import('./lib.mjs')
  console.log(table(await measure(process.argv[2], Number(process.argv[3]))))
}
