// Out in every format, in again, and compared field by field.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dataSets, importCounts, ok, run, top } from './node.mjs'

const formats = [
  ['jsonl', 'all.jsonl'],
  ['csv', 'all.zip'],
  ['xlsx', 'all.xlsx'],
  ['csv', 'gb.zip', '--charset', 'gb18030'],
]

/** Every record of a node by its key, as its line of JSON. */
async function recordsOf(data, folder, limit) {
  const file = join(folder, 'compare.jsonl')
  await ok(['export', '--data', data, '--query', '', '--format', 'jsonl', file], { limit })
  const records = new Map()
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    records.set(JSON.parse(line)._key, line)
  }
  await rm(file)
  return records
}

// Two lines that are the same object; what differs is shown by field.
function assertSame(key, was, is, format) {
  if (was === is) return
  const [a, b] = [JSON.parse(was), JSON.parse(is ?? '{}')]
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    assert.deepEqual(b[name], a[name], `${format}: ${key} ${name}`)
  }
}

/** All records of a node out in each format, into the same node (nothing changes) and into a new one (the same records). */
export async function roundTrip(data, folder, { limit = 120_000, only = formats } = {}) {
  const before = await recordsOf(data, folder, limit)
  const took = {}
  for (const [format, name, ...args] of only) {
    const file = join(folder, name)
    const began = Date.now()
    await ok(['export', '--data', data, '--query', '', '--format', format, ...args, file], { limit })
    const same = await run(['import', '--data', data, '--type', '*', file], { limit })
    const counts = importCounts(same.out)
    assert.deepEqual([counts.seen, counts.unchanged], [before.size, before.size], `${name}: ${same.out}${same.err.slice(0, 3000)}`)
    const other = join(folder, `other-${name}`)
    await ok(['init', '--data', other])
    const taken = await run(['import', '--data', other, '--type', '*', file], { limit })
    assert.equal(importCounts(taken.out).stored, before.size, `${name}: ${taken.out}${taken.err.slice(0, 3000)}`)
    const after = await recordsOf(other, folder, limit)
    assert.equal(after.size, before.size)
    for (const [key, line] of before) assertSame(key, line, after.get(key), name)
    await rm(other, { recursive: true })
    await rm(file)
    took[name] = Date.now() - began
  }
  return { records: before.size, types: new Set([...before.keys()].map((key) => key.split('/')[0])), took }
}

/** A small part of every real set, as tools/data.sh names them: [{ mapping, files }]. Nothing is imported. */
export async function sampleSets(folder, rows) {
  const stand = join(folder, 'stand-in.sh')
  const out = join(folder, 'sets')
  await mkdir(out)
  // In the place of the program: keeps the beginnings of the files that it is given.
  await writeFile(stand, `#!/usr/bin/env bash
[ "$1" = import ] || exit 0
mapping= files=()
while [ $# -gt 0 ]; do
    case $1 in
        --mapping) mapping=$2; shift ;;
        --*) shift ;;
        *) [ ! -f "$1" ] || files+=("$1") ;;
    esac
    shift
done
n=0
for file in "\${files[@]}"; do
    [ $n -lt 2 ] || break
    to=${out}/$mapping-$n-$(basename "$file")
    case $file in
        *.csv.gz|*.tsv.gz|*.jsonl.gz) to=\${to%.gz}; zcat "$file" 2>/dev/null | head -n ${rows} >"$to" ;;
        *.csv|*.tsv|*.jsonl) head -n ${rows} "$file" >"$to" ;;
        *) [ "$(stat -c %s "$file")" -lt 300000 ] || continue; cp "$file" "$to" ;;
    esac
    printf '%s\\t%s\\n' "$mapping" "$to" >>${out}/list.tsv
    n=$((n + 1))
done
exit 0
`)
  await chmod(stand, 0o755)
  await mkdir(join(folder, 'unused'))
  await promisify(execFile)('bash', [join(top, 'tools/data.sh'), join(folder, 'unused')],
    { env: { ...process.env, XIETONG_BIN: stand, XIETONG_DATA: dataSets }, timeout: 60_000 }).catch(() => {}) // it misses the report
  const sets = new Map()
  for (const line of (await readFile(join(out, 'list.tsv'), 'utf8')).trim().split('\n')) {
    const [mapping, file] = line.split('\t')
    if (!sets.has(mapping)) sets.set(mapping, [])
    sets.get(mapping).push(file)
  }
  return [...sets].map(([mapping, files]) => ({ mapping, files }))
}
