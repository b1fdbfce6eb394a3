// The queries beside Groonga, through its command line: a file of commands in, the replies with their times out.
// Terms are the same pairs, cut at blanks by TokenDelimit; the index is built after loading (Groonga's faster way).
import { spawnSync } from 'node:child_process'
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median } from '../lib.mjs'

const columns = ['id', 'title', 'keywords', 'abstract', 'type', 'area', 'year', 'subject', 'organisation']
const texts = ['title', 'keywords', 'abstract']
const facets = ['type', 'area', 'year', 'subject', 'organisation']
const words = { type: 'Type', area: 'Area', subject: 'Subject', organisation: 'Organisation' } // facets of text: tables of their own

/** Runs the commands of a file; gives the replies as [status, start, seconds] and body. */
function run(folder, file, create) {
  const [input, output] = [openSync(file, 'r'), openSync(`${file}.out`, 'w')]
  const done = spawnSync('groonga', ['--log-path', join(folder, 'groonga/log'), ...(create ? ['-n'] : []), join(folder, 'groonga/db')],
    { stdio: [input, output, 'pipe'], timeout: 3_600_000 })
  closeSync(input)
  closeSync(output)
  if (done.status !== 0) throw new Error(`groonga left with ${done.signal ?? done.status}\n${done.stderr?.toString().slice(-2000)}`)
  return readFileSync(`${file}.out`, 'utf8').trimEnd().split('\n').map((line) => {
    const [head, body] = JSON.parse(line)
    if (head[0] !== 0) throw new Error(`groonga: ${line.slice(0, 500)}`)
    return { seconds: head[2], body }
  })
}

/** Commands that make the tables, load rows.tsv and then build the index. */
async function loading(folder, file) {
  const out = createWriteStream(file)
  out.write([
    ...Object.values(words).map((name) => `table_create ${name} TABLE_HASH_KEY ShortText`),
    'table_create Rec TABLE_NO_KEY',
    'column_create Rec id COLUMN_SCALAR Int32',
    ...texts.map((name) => `column_create Rec ${name} COLUMN_SCALAR Text`),
    ...facets.map((name) => `column_create Rec ${name} COLUMN_SCALAR ${words[name] ?? 'UInt16'}`),
    `load --table Rec\n[\n${JSON.stringify(columns)}\n`,
  ].join('\n'))
  for await (const line of createInterface({ input: createReadStream(join(folder, 'rows.tsv')), crlfDelay: Infinity })) {
    if (!out.write(`,${JSON.stringify(line.split('\t'))}\n`)) await once(out, 'drain')
  }
  out.end(`]
table_create Term TABLE_PAT_KEY ShortText --default_tokenizer TokenDelimit
column_create Term text COLUMN_INDEX|WITH_POSITION|WITH_SECTION Rec ${texts.join()}
column_create Type rec COLUMN_INDEX Rec type
column_create Area rec COLUMN_INDEX Rec area
`)
  await once(out, 'finish')
}

/** "a b" AND "c"* in Groonga's language: phrases in quotes, a beginning without, blanks for AND. */
function select(query) {
  const parts = query.match.split(' AND ').map((part) => part.endsWith('*') ? `${part.slice(1, -2)}*` : part)
  const filter = query.type ? ` --filter 'type == "${query.type}" && area == "${query.area}"'` : ''
  const drilldowns = facets.map((name) => ` --drilldowns[${name}].keys ${name} --drilldowns[${name}].sort_keys -_nsubrecs --drilldowns[${name}].limit 20` +
    ` --drilldowns[${name}].output_columns _key,_nsubrecs`)
  return `select Rec --match_columns 'title * 6 || keywords * 4 || abstract' --query '${parts.join(' ')}'${filter}` +
    ` --sort_keys -_score --limit 20 --output_columns id,_score --cache no${drilldowns.join('')}`
}

export const groonga = {
  name: 'Groonga',
  rate: 9_000, // records a second, until a run has measured it
  installed: () => spawnSync('groonga', ['--version']).status === 0 || 'groonga-bin is not installed',
  /** Bytes are those of the index, the terms and the facets, without Groonga's own copy of the text. */
  async measure({ folder, rows, queries, rounds }) {
    mkdirSync(join(folder, 'groonga'))
    const file = join(folder, 'groonga/commands')
    await loading(folder, file)
    const seconds = run(folder, file, true).reduce((sum, reply) => sum + reply.seconds, 0)
    writeFileSync(file, `${[...texts.map((name) => `object_inspect Rec.${name}`),
      ...queries.flatMap((query) => Array(rounds + 1).fill(select(query)))].join('\n')}\n`)
    const replies = run(folder, file, false), selects = replies.slice(texts.length)
    const own = replies.slice(0, texts.length).map(({ body }) => `db.${body.id.toString(16).toUpperCase().padStart(7, '0')}`)
    const bytes = readdirSync(join(folder, 'groonga')).filter((name) => name.startsWith('db') && !own.some((start) => name.startsWith(start)))
      .reduce((sum, name) => sum + statSync(join(folder, 'groonga', name)).blocks * 512, 0)
    const of = queries.map((_, i) => selects.slice(i * (rounds + 1), (i + 1) * (rounds + 1)))
    return { seconds, bytes: Math.round(bytes / rows), ms: of.map((list) => median(list.slice(1).map((reply) => reply.seconds * 1000))),
      hits: of.map(([reply]) => reply.body[0][0][0]) }
  },
}
