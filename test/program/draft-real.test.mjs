// Drafts of the real sets held against the hand-written mappings, by tools/draft-table.mjs. The program for use does it
// where there is one: with sanitizers it takes minutes. (time limit: 600 s)
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { measure, table, totals } from '../../tools/draft-table.mjs'
import { bin, dataSets, noData, top } from '../lib/node.mjs'

// Shares of the real sets that drafts must not fall below (tools/draft-table.mjs measures them).
const FLOOR = { types: 0.55, columns: 0.4, keys: 0.35 }

describe('drafts', () => {
  it('drafts the real sets about as people mapped them', { skip: noData }, async () => {
    const release = join(top, 'build/release/xietong')
    const rows = await measure(existsSync(release) ? release : bin, dataSets)
    const all = totals(rows)
    const shown = `\n${table(rows)}\n${rows.map((row) => `${row.mapping}: ${row.error ?? row.missed.join(', ')}`).join('\n')}`
    console.log(shown)
    assert.ok(all.sets >= 7, shown)
    assert.ok(all.types >= FLOOR.types * all.sets, `types${shown}`)
    assert.ok(all.right >= FLOOR.columns * all.wanted, `columns${shown}`)
    assert.ok(all.keys >= FLOOR.keys * all.sets, `keys${shown}`)
  })
})
