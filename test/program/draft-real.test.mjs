// Drafts of the real sets held against the hand-written mappings, by tools/draft-table.mjs. The program for use does it
// where there is one: with sanitizers it takes minutes. (time limit: 600 s)
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { measure, table, totals } from '../../tools/draft-table.mjs'
import { bin, dataSets, noData, top } from '../lib/node.mjs'

// What drafts must not fall below. Counts, so that a new set, which may be as hard as it likes, lowers nothing; and shares of
// the sets that the draft was made with.
const FIRST = ['gb2260', 'towns', 'ror', 'nssf-projects', 'cn-patents-ipc', 'csl', 'iso-deliverables']
const FLOOR = { types: 25, columns: 135, keys: 13, firstColumns: 0.7 }

describe('drafts', () => {
  it('drafts the real sets about as people mapped them', { skip: noData }, async () => {
    const release = join(top, 'build/release/xietong')
    const rows = await measure(existsSync(release) ? release : bin, dataSets)
    const all = totals(rows)
    const shown = `\n${table(rows)}\n${rows.map((row) => `${row.mapping}: ${row.error ?? row.missed.join(', ')}`).join('\n')}`
    console.log(shown)
    const first = totals(rows.filter((row) => FIRST.includes(row.mapping)))
    assert.equal(first.sets, FIRST.length, shown)
    assert.equal(first.types, FIRST.length, shown)
    assert.ok(first.right >= FLOOR.firstColumns * first.wanted, shown)
    assert.ok(all.types >= FLOOR.types, `types${shown}`)
    assert.ok(all.right >= FLOOR.columns, `columns${shown}`)
    assert.ok(all.keys >= FLOOR.keys, `keys${shown}`)
  })
})
