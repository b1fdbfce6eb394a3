/*
 * data-table.mjs - the table of tools/data.sh: what became of each data set.
 *
 *     node data-table.mjs REPORT.jsonl NAMES.tsv [DOCUMENT.md]
 *
 * REPORT holds a line of JSON an import (xietong import --report), NAMES a line "mapping<TAB>title<TAB>files" for each.
 */
import fs from 'node:fs'

const [reportFile, namesFile, documentFile] = process.argv.slice(2)
const lines = (file) => fs.readFileSync(file, 'utf8').trim().split('\n')
const names = lines(namesFile).map((line) => line.split('\t'))
const rows = lines(reportFile).map((line) => JSON.parse(line)).map((row) => {
  const [, title, files] = names.find(([mapping]) => mapping === row.mapping) ?? [row.mapping, row.mapping, '']
  return { ...row, title, files: files.split(' ').map((file) => file.replace(/^\/tmp\/[^/]*\//, '')).join(', ') }
})
const total = (name) => rows.reduce((sum, row) => sum + row[name], 0)
const sum = { title: 'all', files: '', reasons: [], records: total('records'), milliseconds: total('milliseconds') }
for (const name of ['seen', 'stored', 'unchanged', 'deleted', 'rejected']) sum[name] = total(name)

const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
const columns = [
  ['set', (row) => row.title],
  ['seen', (row) => number(row.seen)],
  ['stored', (row) => number(row.stored)],
  ['unchanged', (row) => number(row.unchanged)],
  ['rejected', (row) => number(row.rejected)],
  ['records put', (row) => number(row.records)],
  ['seconds', (row) => (row.milliseconds / 1000).toFixed(1)],
]

function print() {
  const cells = [columns.map(([head]) => head), ...[...rows, sum].map((row) => columns.map(([, value]) => value(row)))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)))
  for (const line of cells) {
    console.log(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
  }
  for (const row of rows) {
    for (const { count, column, reason } of row.reasons.slice(0, 3)) {
      console.log(`${row.title}: ${number(count)} x ${column}: ${reason}`)
    }
  }
}

function markdown() {
  const cell = (text) => String(text).replace(/\|/g, '\\|').replace(/\s+/g, ' ')
  const reasons = rows.flatMap((row) => row.reasons.slice(0, 5).map((reason) => [row.title, number(reason.count), reason.column, reason.reason]))
  return [
    '# Real data',
    '',
    'Made by `./dev data`, which imports the sets of `../shared/data` into a new node. Rows are input rows, each counted once:',
    'seen = stored + unchanged + deleted + rejected. "Unchanged" in a first import are rows that say what an earlier row said.',
    'A row may make several records (a project, its principal, the unit, the result); "records put" counts them, less those',
    'that an earlier row gave in the same words. Seconds run until the last record can be found.',
    '',
    '| set | mapping | seen | stored | unchanged | rejected | records put | seconds |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row.title} | \`${row.mapping}\` | ${columns.slice(1).map(([, value]) => value(row)).join(' | ')} |`),
    `| **all** | | ${columns.slice(1).map(([, value]) => value(sum)).join(' | ')} |`,
    '',
    '## Why rows were rejected',
    '',
    ...(reasons.length === 0 ? ['None was.'] : [
      '| set | rows | column | reason, as first met |',
      '| --- | ---: | --- | --- |',
      ...reasons.map((line) => `| ${line.map(cell).join(' | ')} |`),
    ]),
    '',
    '## What the sets taught the mappings',
    '',
    '- The project table repeats its head between the rows, writes "0" and "0000-00-00" for nothing, puts several names in one',
    '  cell with and without separators ("专著论文集研究报告"), and gives one project number to several rows that differ: each is',
    '  kept as a source, and the record is the fold over them.',
    '- 1,491 of its rows have no project number: their key is title and unit.',
    '- ROR mixes two schema versions; "Parent" of the one is "parent" of the other; one university was founded in 976, before',
    '  the years a date may have, and keeps its record without that date.',
    '- ISO lists classes deeper than the code list: they are admitted by the list\'s pattern and shown by their nearest listed beginning.',
    '- One university or institute stands in six of the sets. Official full names are an identity (`authority_name`), so that the',
    '  Ministry of Education, ROR, the projects, the laboratories and the yearly evaluations speak of one record; newer sources win',
    '  field by field, and the most exact set comes last. Names in lists that are no official names (short forms, departments) do not.',
    '- Results of several years have the year as part of their key: a corrected year replaces itself only.',
    '- A row of towns is a province: up to sixteen towns in a cell, a line that sums up at the end, and state farms beside the towns.',
    '  Towns of Guangdong find their codes, elsewhere their county; farms named alone stay with the province.',
    '- The province beside a field station is that of the unit that runs it; where the station lies is read from its name, and a name',
    '  such as 西湖 or 台湾海峡 stays without a place. Two universities lie in another province than the one whose list they stand in.',
    '- Academicians elected in "1901" have the year from their biography where it says so, and none otherwise.',
    '- "研究、所" in the list of firm laboratories was a line break once: the parts are put together. Some numbers end in a backslash.',
    '- Lists that differ only in their year (agricultural firms, parks, clusters) repeat each other: a third of the rows says nothing new.',
    '- `company-shorter-form` is a word list of 200,551 brand names without anything beside them: no records are made of it.',
    '- CSL gives one task a file; their lines are put side by side before import (`tools/data.sh`).',
    '',
  ].join('\n')
}

print()
if (documentFile) fs.writeFileSync(documentFile, markdown())
