// The overview: all that its page asks of a full node, asked for the first time since a change, and asked again.
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bin, command, median, ms, start, withFolder } from './lib.mjs'

const DISCIPLINES = [110, 120, 130, 140, 150, 160, 170, 180, 190, 210, 220, 230, 240, 310, 320, 330, 340, 350, 360, 410, 413, 420, 430, 440, 450, 460, 470, 480, 490, 510, 520, 530, 540, 550, 560, 570, 580, 590, 610]
const CITIES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 51, 52, 53].map((city) => `44${String(city).padStart(2, '0')}00`)
const ORGANISATIONS = 20_000 // as bench/records.c names them
const organisation = (n) => `示例机构${String(n).padStart(5, '0')}`

/** Three in ten are patents, the others papers; one in three names a second organisation. */
const mapping = (type, date, organisations) => ({
  label: { zh: '总览的测量', en: 'Overview' }, namespace: `bench-${type}`,
  input: { heads: ['title', 'abstract', 'keywords', 'area', 'year', 'subject', 'organisation'] },
  records: [{ type, fields: {
    title: 'title', abstract: 'abstract', keywords: { from: 'keywords', split: '；' }, area: 'area', [date]: 'year',
    subjects: { from: 'subject', split: ';' }, [organisations]: { from: 'organisation', split: ';' },
  } }],
})

/** The records of gen_records with fields of science as the region has them, and partners. */
async function spread(csv, folder) {
  const head = 'title,abstract,keywords,area,year,subject,organisation\n'
  const out = { paper: createWriteStream(join(folder, 'paper.csv')), patent: createWriteStream(join(folder, 'patent.csv')) }
  for (const one of Object.values(out)) one.write(head)
  let n = -1
  for await (const line of createInterface({ input: createReadStream(csv) })) {
    if (n++ < 0) continue
    const [, before, , area, year, subject, named] = /^(.*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)$/.exec(line)
    const fields = [DISCIPLINES[Number(subject.slice(1)) % DISCIPLINES.length], ...(n % 4 ? [] : [DISCIPLINES[n % DISCIPLINES.length]])]
    const organisations = [named, ...(n % 3 ? [] : [organisation((n * 7919) % ORGANISATIONS)])]
    const stream = n % 10 < 3 ? out.patent : out.paper
    if (!stream.write(`${before},${area},${year},${[...new Set(fields)].join(';')},${[...new Set(organisations)].join(';')}\n`)) await once(stream, 'drain')
  }
  for (const one of Object.values(out)) await new Promise((done) => one.end(done))
  const rows = Array.from({ length: ORGANISATIONS }, (_, i) => `${organisation(i)},${CITIES[(i * i + i) % CITIES.length]}`)
  writeFileSync(join(folder, 'organisations.csv'), `name,area\n${rows.join('\n')}\n`)
}

/** Milliseconds of the processor that a process has used; Linux counts in hundredths of a second. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const YEAR = new Date().getFullYear()
/** What the page asks when it is opened (web/src/overview/state.ts); the change it asks for is of no record. */
const ASKED = {
  facets: 'search?limit=0&facets=type,year&facet_values=100&sort=date',
  growth: `cross?year=${YEAR - 14}..${YEAR}&rows=type&columns=year&row_values=100&column_values=100`,
  places: 'cross?rows=area&rows_under=440000&columns=type&column_values=100',
  heat: 'cross?rows=subject&columns=area&columns_under=440000&row_values=12',
  pairs: 'cross?rows=organisation.area&rows_under=440000&columns=organisation.area&columns_under=440000',
}

/** Fills a new node with the records; `generate` writes a CSV of gen_records. */
export async function fill(data, folder, rows, generate) {
  const csv = join(folder, 'rows.csv')
  generate(rows - ORGANISATIONS, csv)
  await spread(csv, folder)
  command(bin, ['init', '--data', data])
  const load = (file, map) => {
    writeFileSync(join(folder, 'map.json'), JSON.stringify(map))
    command(bin, ['import', '--data', data, '--mapping', join(folder, 'map.json'), join(folder, file)], { limit: 3_600_000 })
  }
  load('organisations.csv', { label: { zh: '机构', en: 'Organisations' }, namespace: 'bench-organisation', input: { heads: ['name', 'area'] },
    records: [{ type: 'organisation', fields: { name: 'name', kind: { value: 'other-organisation' }, area: 'area' } }] })
  load('paper.csv', mapping('paper', 'published_on', 'units'))
  load('patent.csv', mapping('patent', 'published_on', 'holders'))
}

export async function overviewBench({ rows = 1_000_000, generate }) {
  return withFolder(async (folder) => {
    const data = join(folder, 'data')
    await fill(data, folder, rows, generate)
    return measure(data, rows)
  })
}

async function measure(data, rows, rounds = 9) {
  const node = await start(bin, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--quiet'], /listening on (http:\/\/\S+)/)
  try {
    const ask = async (path) => {
      const from = process.hrtime.bigint()
      const reply = await fetch(`${node.found[1]}/api/v1/${path}`)
      const answer = await reply.json()
      if (reply.status !== 200 || answer.relation === 'gte') throw new Error(`${path}: ${JSON.stringify(answer).slice(0, 300)}`)
      return { whole: Number(process.hrtime.bigint() - from) / 1e6, answer }
    }
    // More spaces in the address are another question to what keeps answers, and the same to the search.
    for (const path of Object.values(ASKED)) await ask(path)
    const fresh = {}, kept = []
    let cpu = 0
    for (let round = 0; round < rounds; round++) {
      const asked = Object.entries(ASKED).map(([name, path]) => [name, `${path}&q=${'%20'.repeat(round + 1)}`])
      const from = cpuMs(node.child.pid)
      for (const [name, path] of asked) (fresh[name] ??= []).push((await ask(path)).whole)
      cpu += cpuMs(node.child.pid) - from
      let again = 0
      for (const [, path] of asked) again += (await ask(path)).whole
      kept.push(again)
    }
    const { answer } = await ask(ASKED.pairs)
    if (answer.total !== rows || !answer.counts.some((row, r) => row.some((count, c) => r !== c && count > 0))) throw new Error(`not the node that was meant: ${answer.total} records`)
    const each = Object.fromEntries(Object.entries(fresh).map(([name, times]) => [name, median(times)]))
    const sum = Object.values(each).reduce((all, one) => all + one, 0)
    return [
      { measure: `overview: all that its page asks over ${rows} records, ms`, ours: `${ms(sum)} (${Object.entries(each).map(([name, one]) => `${name} ${ms(one)}`).join(', ')})`,
        bar: '< 300', cleared: sum < 300 },
      { measure: 'overview: processor time of that, ms', ours: ms(cpu / rounds) },
      { measure: 'overview: the same again, nothing changed, ms', ours: ms(median(kept)) },
    ]
  } finally {
    await node.stop()
  }
}

/** Over a node that is there already: `node bench/overview.mjs DATA ROWS`. */
if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { table } = await import('./lib.mjs')
  console.log(table(await measure(process.argv[2], Number(process.argv[3]))))
}
