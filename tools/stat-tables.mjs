/*
 * stat-tables.mjs - reads the statistical tables of the data sets and holds them against the tidy files beside them.
 *
 *     node stat-tables.mjs PROGRAM SETS [DOCUMENT.md]
 *
 * Prints the share of cells read right by family, year and kind of fault; in DOCUMENT the part between the two marks is
 * replaced, or put at its end. stat-truth.json lists where a tidy file is known to be at odds with the original it was made
 * from, with the reason: such cells count as neither right nor wrong, and are shown.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const odds = JSON.parse(fs.readFileSync(path.join(here, 'stat-truth.json'), 'utf8'))
const BEGIN = '<!-- statistical tables: made by tools/stat-tables.mjs -->'
const END = '<!-- end of statistical tables -->'
const LIMIT_MS = 120_000
const KINDS = ['value', 'unit', 'indicator', 'area', 'year', 'missing']

const yearbook = (originals, truth, title) => ({
  title, mapping: 'tech-yearbook', originals: `tech-yearbook-raw/${originals}`,
  truth: `tech-yearbook-long/data-tidy__${truth}`, tidy: 'techme-long',
})

/** What is held against what. Names are globs below stats/. */
const PAIRS = [
  yearbook('part01-over__01-labor-hour*', 'part01-over__01-labor-hour__*', 'R&D staff'),
  yearbook('part01-over__02-spend-intense__raw-2018*', 'part01-over-02-spend-intense-tidy-2018.xlsx', 'R&D intensity, 2018'),
  yearbook('part01-over__02-spend-intense__raw-2019*', 'part01-over-02-spend-intense-tidy-2019.xlsx', 'R&D intensity, 2019'),
  yearbook('part01-over__03-spend-inner__01*', 'part01-over__03-spend-inner__01*', 'R&D money by activity'),
  yearbook('part01-over__03-spend-inner__02*', 'part01-over__03-spend-inner__02*', 'R&D money by source'),
  yearbook('part01-over__03-spend-inner__03*', 'part01-over-03-spend-inner-03*', 'R&D money by use'),
  yearbook('part02-firm__00-firms*', 'part02-firm-00-firms*', 'Industrial firms'),
  yearbook('part05-industry__01*', 'part05-industry__01*', 'High-tech industry'),
  yearbook('part05-industry__02*', 'part05-industry__02*', 'R&D of high-tech industry'),
  yearbook('part05-industry__03*', 'part05-industry__03*', 'High-tech trade'),
  yearbook('part08-output__01-patent__01*', 'part08-output__01-patent__01*', 'Patent applications'),
  yearbook('part08-output__01-patent__02*', 'part08-output__01-patent__02*', 'Patents granted'),
  yearbook('part08-output__01-patent__03*', 'part08-output__01-patent__03*', 'Patents in force'),
  yearbook('part08-output__03-teckmarket-pull__raw-type-amount*', 'part08-output__03-teckmarket-pull__amount*', 'Technology bought, contracts'),
  yearbook('part08-output__03-teckmarket-pull__raw-type-funds*', 'part08-output__03-teckmarket-pull__funds*', 'Technology bought, money'),
  yearbook('part08-output__04-teckmarket-push__raw-type-amount*', 'part08-output__04-teckmarket-push__amount*', 'Technology sold, contracts'),
  yearbook('part08-output__04-teckmarket-push__raw-type-funds*', 'part08-output__04-teckmarket-push__funds*', 'Technology sold, money'),
  yearbook('part08-output__05*', 'part08-output__05*', 'Papers'),
  yearbook('part08-output__06*', 'part08-output__06*', 'Plant varieties'),
  { title: 'R&D bulletins', mapping: 'nbs-rd-bulletin', originals: 'nbs-rd-bulletin/*', truth: 'nbs-rd-bulletin-long/*', tidy: 'techme-long' },
  { title: 'Air of key cities', mapping: 'key-cities', originals: 'key-cities/Air pollution*', truth: 'key-cities/final_air_pollution_30cities.csv', tidy: path.join(here, 'key-cities-air.json') },
]

/** What is read without a truth beside it. */
const READ = [
  ['Yearbook: all originals', 'tech-yearbook', 'tech-yearbook-raw/*'],
  ['High-tech firms', 'hightech-firms', 'hightech-firms/*'],
  ['Key cities', 'key-cities', 'key-cities/*'],
  ['Cities (NBS)', 'nbs-cities', 'nbs-cities/*'],
  ['Districts of Shenzhen', 'shenzhen-districts', 'shenzhen-districts/*'],
  ['National series (NBS)', 'nbs-national', 'nbs-national-csv.tar.gz'],
  ['UK regions', 'uk-regions', 'uk-regional-innovation-indicators.tar.gz'],
  ['Australian regions', 'au-regions', 'au-sa3-innovation-2009-2016.csv.gz'],
]

function glob(top, pattern) {
  const [folder, name] = [path.dirname(pattern), path.basename(pattern)]
  const regex = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`)
  const full = path.join(top, 'stats', folder)
  return fs.existsSync(full) ? fs.readdirSync(full).filter((file) => regex.test(file)).sort().map((file) => path.join(full, file)) : []
}

function xietong(program, args) {
  const done = spawnSync(program, ['table', ...args], { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 28 })
  if (done.error) throw done.error
  return { ...done, facts: Object.fromEntries([...done.stderr.matchAll(/(\w+)=(\d+)/g)].map(([, name, value]) => [name, Number(value)])) }
}

const known = (difference) => odds.find((one) =>
  difference.file.includes(one.family) && new RegExp(`^(${one.kind})$`).test(difference.kind) &&
  new RegExp(one.file ?? '').test(difference.file) && new RegExp(one.indicator ?? '').test(difference.indicator) &&
  new RegExp(one.year ?? '').test(difference.year))

/** Holds one pair against each other: years with their counts, and the differences, those that are known apart. */
export function compare(program, sets, pair) {
  const files = glob(sets, pair.originals)
  if (files.length === 0) return null
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xietong-stat-'))
  try {
    const report = path.join(folder, 'report.jsonl')
    const done = xietong(program, [...files, '--mapping', pair.mapping, '--against-mapping', pair.tidy,
      '--against', path.join(sets, 'stats', pair.truth), '--faults', '0', '--report', report])
    if (done.status !== 0) throw new Error(`${pair.title}: ${done.stderr.slice(0, 2000)}`)
    const { years, differences } = JSON.parse(fs.readFileSync(report, 'utf8'))
    const left = differences.filter((one) => !known(one))
    const explained = differences.filter((one) => known(one))
    return { ...pair, files, years, left, explained }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

const cells = (years) => years.reduce((sum, year) => sum + year.cells, 0)
const right = (years) => years.reduce((sum, year) => sum + year.right, 0)
const asked = (differences) => differences.filter(({ kind }) => kind !== 'extra').length

/** The counts over results: cells of the truth, right, at odds for a known reason, wrong; share of those not at odds. */
export function counts(results) {
  const all = results.reduce((sum, result) => sum + cells(result.years), 0)
  const well = results.reduce((sum, result) => sum + right(result.years), 0)
  const odd = results.reduce((sum, result) => sum + asked(result.explained), 0)
  return { cells: all, right: well, odd, wrong: all - well - odd, share: all === odd ? 1 : well / (all - odd) }
}

export const compareAll = (program, sets) => PAIRS.map((pair) => compare(program, sets, pair)).filter(Boolean)

export function readAll(program, sets) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xietong-stat-'))
  const out = path.join(folder, 'rows.csv')
  const read = READ.map(([title, mapping, pattern]) => {
    const files = glob(sets, pattern)
    if (files.length === 0) return null
    const done = xietong(program, [...files, '--mapping', mapping, '--out', out])
    return { title, mapping, files: files.length, status: done.status, ...done.facts }
  }).filter(Boolean)
  fs.rmSync(folder, { recursive: true })
  return read
}

const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
const percent = (value) => `${(100 * value).toFixed(2)} %`
const cell = (text) => String(text).replace(/\|/g, '\\|').replace(/\s+/g, ' ')
const line = (values) => `| ${values.map(cell).join(' | ')} |`

function byYear(results) {
  const years = new Map()
  for (const result of results) {
    for (const year of result.years) {
      const sum = years.get(year.year) ?? { cells: 0, right: 0, odd: 0, ...Object.fromEntries(KINDS.map((kind) => [kind, 0])) }
      sum.cells += year.cells
      sum.right += year.right
      years.set(year.year, sum)
    }
    for (const one of result.explained) if (one.kind !== 'extra') years.get(one.year).odd++
    for (const one of result.left) if (one.kind !== 'extra') years.get(one.year)[one.kind]++
  }
  return [...years].sort(([a], [b]) => a.localeCompare(b))
}

function grouped(differences, key) {
  const groups = new Map()
  for (const one of differences) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return [...groups]
}

function markdown(results, read) {
  const all = counts(results)
  const left = grouped(results.flatMap((result) => result.left), (one) => `${one.file}\t${one.kind}\t${one.indicator}`)
  const explained = grouped(results.flatMap((result) => result.explained), (one) => odds.indexOf(known(one)))
  return [
    BEGIN, '',
    '## Statistical tables', '',
    'Made by `tools/stat-tables.mjs` (part of `./dev data`): every original of `stats/` is read to long rows by `xietong table` and',
    'held against the tidy files beside it, cell by cell: area, year, indicator, value (at the decimals of the one that shows fewer)',
    'and, where the tidy file names one, unit. A cell is asked for when the original has its year. "At odds" are cells where the tidy',
    'file differs from what the original shows; each has its reason below and counts as neither right nor wrong.', '',
    `Of ${number(all.cells)} cells ${number(all.right)} agree, ${number(all.odd)} are at odds for a known reason, ${number(all.wrong)} are wrong:`,
    `**${percent(all.share)}** of the cells that can be judged (${percent(all.right / all.cells)} of all).`, '',
    line(['family', 'originals', 'cells', 'right', 'at odds', 'wrong', 'share']), '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...results.map((result) => {
      const sum = counts([result])
      return line([result.title, result.files.length, number(sum.cells), number(sum.right), number(sum.odd), number(sum.wrong), percent(sum.share)])
    }),
    line(['**all**', number(results.reduce((sum, result) => sum + result.files.length, 0)), number(all.cells), number(all.right), number(all.odd), number(all.wrong), percent(all.share)]), '',
    line(['year', 'cells', 'right', 'at odds', ...KINDS]), `| --- | ${'---: | '.repeat(3 + KINDS.length).trim()}`,
    ...byYear(results).map(([year, sum]) => line([year, number(sum.cells), number(sum.right), number(sum.odd), ...KINDS.map((kind) => sum[kind])])), '',
    '### Faults that remain', '',
    ...(left.length === 0 ? ['None.'] : [line(['original', 'fault', 'indicator', 'cells', 'for example']), '| --- | --- | --- | ---: | --- |',
      ...left.map(([, list]) => line([list[0].file, list[0].kind, list[0].name || list[0].indicator, list.length,
        `${list[0].area} ${list[0].year}: ${list[0].truth} ${list[0].truth_unit} / ${list[0].found} ${list[0].found_unit}`]))]), '',
    '### Where a tidy file and its original are at odds', '',
    line(['originals', 'cells', 'why', 'for example (tidy / original)']), '| --- | ---: | --- | --- |',
    ...explained.map(([index, list]) => line([[...new Set(list.map(({ file }) => file))].join(', '), list.length, odds[index].because,
      `${list[0].area} ${list[0].year} ${list[0].name}: ${list[0].truth} ${list[0].truth_unit} / ${list[0].found} ${list[0].found_unit}`])), '',
    '### Read', '',
    line(['set', 'mapping', 'files', 'sheets', 'tables', 'rows', 'without area code', 'without indicator code']), '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...read.map((one) => line([one.title, `\`${one.mapping}\``, number(one.files), number(one.sheets), number(one.tables), number(one.rows), number(one.without_area), number(one.without_indicator)])), '',
    'Without an area code are groups of provinces, foreign countries and regions, and the city of 莱芜 (part of 济南 since 2019). National',
    'series have no indicator codes: their names are their paths.', '',
    END, '',
  ].join('\n')
}

function into(document, part) {
  const text = fs.existsSync(document) ? fs.readFileSync(document, 'utf8') : ''
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  fs.writeFileSync(document, from >= 0 && to > from
    ? text.slice(0, from) + part.trimEnd() + text.slice(to + END.length)
    : `${text.trimEnd()}\n\n${part}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, sets, document] = process.argv.slice(2)
  if (!fs.existsSync(path.join(sets, 'stats'))) {
    console.error(`stat-tables: there are no statistical tables in ${sets}: nothing to do`)
    process.exit(0)
  }
  const results = compareAll(program, sets)
  const read = readAll(program, sets)
  const part = markdown(results, read)
  console.log(part.slice(part.indexOf('Of '), part.indexOf('### Read')))
  if (document) into(document, part)
  process.exit(counts(results).share >= 0.99 ? 0 : 1)
}
