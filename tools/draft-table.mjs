// How well `xietong mapping draft` does: for each real set of tools/data.sh a mapping is drafted from its first file and
// held against the hand-written one, which the draft does not see.
//
//     node tools/draft-table.mjs [DOCUMENT]     prints the table; with DOCUMENT puts it there between its marks
//
// XIETONG_BIN names the program, XIETONG_DATA the folder of the data sets.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const top = fileURLToPath(new URL('..', import.meta.url))

/** Files of a pattern with * in its last part. */
function files(pattern) {
  if (!pattern.includes('*')) return existsSync(pattern) ? [pattern] : []
  const form = new RegExp(`^${basename(pattern).replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
  return existsSync(dirname(pattern))
    ? readdirSync(dirname(pattern)).filter((name) => form.test(name)).sort().map((name) => join(dirname(pattern), name)) : []
}

/** The sets of tools/data.sh: [{ mapping, title, file }], those whose file is there as it is. */
export async function sets(data) {
  const script = (await readFile(join(top, 'tools/data.sh'), 'utf8')).replaceAll('\\\n', ' ')
  const known = { sets: data } // what the script calls its folders
  for (const [, name, value] of script.matchAll(/^(\w+)="?(\$sets\/[^\s"()]*)"?$/gm)) known[name] = value.replace('$sets', data)
  const shell = (word) => word.replace(/\$\{?(\w+)\}?/g, (all, name) => known[name] ?? all)
  const found = []
  for (const [, mapping, title, rest] of script.matchAll(/^take\s+(\S+)\s+"([^"]*)"\s+(.*)$/gm)) {
    const words = [...rest.matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll('"', ''))
    const file = words.flatMap((word) => files(shell(word))).find((path) => !path.includes('$'))
    if (file) found.push({ mapping, title, file })
  }
  return found
}

/** CSL's tasks side by side, as tools/data.sh puts them. */
export async function cslTable(data, folder) {
  const parts = ['ts', 'kg', 'cls_dcp', 'cls_ctg'].map((task) => join(data, `papers/csl/${task}-dev.tsv.gz`))
  if (!parts.every((part) => existsSync(part))) return []
  const [ts, kg, dcp, ctg] = (await Promise.all(parts.map((part) => readFile(part))))
    .map((bytes) => gunzipSync(bytes).toString().trimEnd().split('\n').map((line) => line.split('\t')))
  const file = join(folder, 'csl-dev.tsv')
  const rows = ts.map((row, i) => [row[2], row[1], kg[i][2], dcp[i][2], ctg[i][2]].join('\t'))
  await writeFile(file, ['title\tabstract\tkeywords\tdiscipline\tcategory', ...rows].join('\n') + '\n')
  return [{ mapping: 'csl', title: 'CSL papers', file }]
}

const plain = (path) => path.replace(/\[[^\]]*\]/g, '').replace(/^\$\./, '').trim()
const braces = (text) => [...text.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => plain(name))

/** The sources of a value: each a list of columns of which any gives it. */
function sources(spec, base = '') {
  const under = (name) => (base ? `${base}.${plain(name)}` : plain(name))
  if (typeof spec === 'string') return [[under(spec)]]
  if (spec.each) return [[under(spec.each), ...sources(spec.label ?? {}, under(spec.each)).flat()]]
  if (spec.from) return [[spec.from].flat().map(under)]
  if (spec.text) return [[spec.text].flat().flatMap(braces)]
  if (spec.all) return spec.all.flatMap((one) => sources(one, base))
  if (spec.fields) return Object.values(spec.fields).flatMap((one) => sources(one, base))
  return []
}

/** source (as a text) -> { columns, fields } of one record. */
function fed(record) {
  const out = new Map()
  for (const [field, spec] of Object.entries(record.fields)) {
    for (const columns of sources(spec)) {
      const key = columns.join('|')
      if (!out.has(key)) out.set(key, { columns, fields: new Set() })
      out.get(key).fields.add(field)
    }
  }
  return [...out.values()]
}

function keyColumns(key) {
  const columns = (one) => (typeof one === 'string' ? braces(one) : sources(one).flat()).sort().join('|')
  return [key ?? []].flat().map(columns)
}

/** The draft against the truth: type, columns given to the same field, key. Columns that the file does not have do not
 * count: one mapping may serve files of several shapes. */
export function compare(truth, draft, report) {
  const there = new Set((report?.columns ?? []).map(({ column }) => plain(column)))
  const has = (name) => !report || there.has(name) || [...there].some((one) => one.startsWith(`${name}.`))
  const [main] = truth.records
  const [mine] = draft.records
  const wanted = fed(main).filter(({ columns }) => columns.some(has))
  const given = fed(mine)
  const right = mine.type !== main.type ? [] : wanted.filter(({ columns, fields }) =>
    given.some((one) => one.columns.some((name) => columns.includes(name)) && [...one.fields].some((field) => fields.has(field))))
  const used = new Set(truth.records.flatMap((record) => fed(record)).flatMap(({ columns }) => columns))
  const more = given.filter(({ columns }) => !columns.some((name) => used.has(name)))
  const keys = keyColumns(main.key)
  const mineKeys = keyColumns(mine.key)
  return {
    type: mine.type === main.type, trueType: main.type, draftType: mine.type, wanted: wanted.length, right: right.length,
    missed: wanted.filter((one) => !right.includes(one)).map(({ columns, fields }) => `${columns[0]}→${[...fields].join('/')}`),
    more: more.length, key: mineKeys.length > 0 && keys.includes(mineKeys[0]),
  }
}

function draft(bin, file, report) {
  return new Promise((done, fail) => {
    const start = process.hrtime.bigint()
    execFile(bin, ['mapping', 'draft', '--report', report, file], { timeout: 60_000, maxBuffer: 1 << 26 }, (error, out, said) => {
      if (error) fail(new Error(`${file}: ${said || error.message}`))
      else done({ mapping: JSON.parse(out), seconds: Number(process.hrtime.bigint() - start) / 1e9 })
    })
  })
}

/** All sets drafted and compared. */
export async function measure(bin, data) {
  const folder = await mkdtemp(join(tmpdir(), 'xietong-draft-'))
  const rows = []
  try {
    for (const set of [...await sets(data), ...await cslTable(data, folder)]) {
      const path = join(top, 'region/mappings', `${set.mapping}.json`)
      if (!existsSync(path)) continue
      const truth = JSON.parse(await readFile(path, 'utf8'))
      const bytes = (await stat(set.file)).size
      try {
        const made = await draft(bin, set.file, join(folder, 'report.json'))
        const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
        rows.push({ ...set, bytes, seconds: made.seconds, report, ...compare(truth, made.mapping, report) })
      } catch (error) {
        rows.push({ ...set, bytes, seconds: 0, ...compare(truth, { records: [{ type: '', fields: {} }] }), error: error.message })
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return rows
}

export function totals(rows) {
  const sum = (of) => rows.reduce((all, row) => all + Number(of(row)), 0)
  return { sets: rows.length, types: sum((row) => row.type), right: sum((row) => row.right), wanted: sum((row) => row.wanted),
    keys: sum((row) => row.key), more: sum((row) => row.more), seconds: sum((row) => row.seconds) }
}

export function table(rows) {
  const all = totals(rows)
  const percent = (right, wanted) => (wanted ? `${Math.round((100 * right) / wanted)} %` : '')
  return [
    '| set | type | columns to the same field | | key | more | seconds |',
    '| --- | --- | ---: | ---: | --- | ---: | ---: |',
    ...rows.map((row) => `| ${row.title} | ${row.type ? row.trueType : `${row.draftType || 'none'}, not ${row.trueType}`} | ` +
      `${row.right} of ${row.wanted} | ${percent(row.right, row.wanted)} | ${row.key ? 'the same' : 'another'} | ${row.more} | ${row.seconds.toFixed(2)} |`),
    `| **all** | ${all.types} of ${all.sets} | ${all.right} of ${all.wanted} | ${percent(all.right, all.wanted)} | ` +
      `${all.keys} of ${all.sets} | ${all.more} | ${all.seconds.toFixed(2)} |`,
  ].join('\n')
}

const marks = ['<!-- drafts: begin, made by tools/draft-table.mjs -->', '<!-- drafts: end -->']
const words = `## Mappings drafted by the program

\`xietong mapping draft\` was given the first file of each set without its mapping, and the draft is held against the
hand-written one: is the type right, is each column (or path) that feeds the main record given to the same field, are
records known by the same columns. "More" counts columns that the draft uses and the hand-written mapping does not.
The words that the draft knows (\`region/draft.json\`) were written by people who had seen the first seven sets measured
(GB/T 2260, towns, ROR, social-science projects, patents with IPC, ISO, CSL: 7 of 7 types, 82 % of the columns, 7 of 7 keys); the others
came later and show what a draft is worth on a file nobody has looked at. Where it goes wrong: lists of a few columns with general
English names ("name", "year", "province") whose values do not say what is named; keys that a person puts together from several columns;
files in long form (one line for each property); heads that name nothing; a file without any title.
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bin = process.env.XIETONG_BIN ?? join(top, 'build/release/xietong')
  const rows = await measure(bin, process.env.XIETONG_DATA ?? join(top, '../shared/data'))
  console.log(table(rows))
  for (const row of rows) {
    if (row.missed.length > 0) console.error(`${row.mapping}: ${row.error ?? row.missed.join(', ')}`)
  }
  const [, , document] = process.argv
  if (document) {
    const text = await readFile(document, 'utf8')
    const part = `${marks[0]}\n${words}\n${table(rows)}\n${marks[1]}\n`
    const begin = text.indexOf(marks[0])
    const end = text.indexOf(marks[1])
    await writeFile(document, begin >= 0 && end > begin
      ? text.slice(0, begin) + part + text.slice(end + marks[1].length).replace(/^\n/, '') : `${text.trimEnd()}\n\n${part}`)
  }
}
