// The page's plain functions: numbers, money, instants, highlights, addresses, records.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { load } from './lib/load.mjs'

const fromWeb = createRequire(new URL('../../web/package.json', import.meta.url))

const [format, query, record, download, scale] = await Promise.all(['lib/format.ts', 'lib/query.ts', 'lib/record.ts', 'charts/download.ts', 'charts/scale.ts'].map(load))

test('money is exact from whole fen', () => {
  /* fen                   what is shown */
  for (const [fen, shown] of [
    [0,                      '¥0.00'],
    [5,                      '¥0.05'],
    [-5,                     '-¥0.05'],
    [100,                    '¥1.00'],
    [123456789,              '¥1,234,567.89'],
    [9007199254740991,       '¥90,071,992,547,409.91'],
  ]) assert.equal(format.money(fen), shown)
})

test('headline figures use 万 and 亿 in Chinese', () => {
  assert.equal(format.headline(99_999, 'zh'), '99,999')
  assert.equal(format.headline(123_456, 'zh'), '12.3万')
  assert.equal(format.headline(123_456_789, 'zh'), '1.2亿')
  assert.equal(format.headline(1_234_567, 'en'), '1.2M')
})

test('numbers keep their digits; shares are never told higher than they are', () => {
  assert.deepEqual([12.3456, 999.96, 1234567.891, 0.1 + 0.2, 0, 1.5e-9, 123456789012345].map(format.number),
    ['12.3456', '999.96', '1,234,567.891', '0.3', '0', '0.0000000015', '123,456,789,012,345'])
  assert.deepEqual([0.29, 0.57, 0.426, 0.999, 1, 0].map(format.percent), ['29%', '57%', '42%', '99%', '100%', '0%'])
})

test('files of charts have numbers as they are, and lines that fit', () => {
  const rows = [['甲', download.figure(1234.5, () => '1,234.50'), download.figure(-0.1 - 0.2, () => '−0.30'), download.figure(null, String), '=1+1']]
  assert.equal(download.csvOf({ head: ['a', 'b', 'c', 'd', 'e'], rows }), "\uFEFFa,b,c,d,e\r\n甲,1234.5,-0.3,,'=1+1\r\n")
  assert.deepEqual(rows[0].map(download.cellText), ['甲', '1,234.50', '−0.30', '–', '=1+1'])
  assert.deepEqual(rows[0].map(download.isFigure), [false, true, true, true, false])
  for (const words of ['示例单位的得分在升：2021 年 12.34，2023 年 15.67。'.repeat(4), 'A title of many words, in one line too long for its drawing', 'Donaudampfschiff'.repeat(12), '']) {
    const lines = download.linesOf(words, 200, 13)
    assert.equal(lines.join('').replaceAll(' ', ''), words.replaceAll(' ', ''), 'nothing is lost')
    assert.ok(lines.every((one) => scale.widthOf(one) <= 200 + 13), lines.join('|'))
    assert.ok(lines.every((one) => !/^[，。：]/.test(one)), lines.join('|'))
  }
})

test('about the same is told by what is drawn, whatever the scale and the sign', () => {
  /*    from   to     drawn beside      the same */
  for (const [a, b, drawn, same] of [
    [   0.2,   0.6,   [0, 1],           false],
    [   0.5,   0.51,  [0, 1],           true],
    [   50,    51,    [0, 100],         true],
    [   0,     5,     [0, 10],          false],
    [  -10,   -20,    [-30, 0],         false],
    [   3,     3,     [],               true],
    [   3,     3.01,  [null],           false],
  ]) assert.equal(scale.looksSame(a, b, drawn), same, `${a} to ${b} in ${drawn}`)
})

test('instants are told in the zone of the node', () => {
  assert.equal(format.instant('2026-03-05T16:07:08Z', 'Asia/Shanghai'), '2026-03-06 00:07')
  assert.equal(format.instant('someday', 'Asia/Shanghai'), 'someday')
  assert.equal(format.instant(null, 'Asia/Shanghai'), '')
})

test('highlights are pieces of text, whatever stands in them', () => {
  assert.deepEqual(format.pieces('a\u0002b\u0003<c>'), [{ text: 'a', hit: false }, { text: 'b', hit: true }, { text: '<c>', hit: false }])
  assert.deepEqual(format.pieces('\u0003\u0003x\u0002'), [{ text: 'x', hit: false }])
})

test('only web addresses become links', () => {
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'x', '//example.org', ' javascript:alert(1)', 'file:///etc/passwd']) {
    assert.equal(format.safeUrl(bad), null, bad)
  }
  assert.equal(format.safeUrl('https://example.org/a b'), 'https://example.org/a%20b')
})

test('an address is read, written, and read the same again', () => {
  const state = query.readState({ q: 'x', area: ['1', '2', '2', ''], year: '2015..', sort: 'bogus', cursor: 'c', page: '3', lang: 'en' })
  assert.deepEqual(state, { q: 'x', like: '', linked: '', sort: '', cursor: 'c', page: 3, pieces: false, asWritten: false, filters: { area: ['1', '2'], year: ['2015..'] } })
  assert.deepEqual(query.readState(query.writeState(state)), state)
  assert.deepEqual(query.toggled(state, 'area', '1'), { q: 'x', area: '2', year: '2015..' })
  assert.deepEqual(query.toggled(state, 'area', '3'), { q: 'x', area: ['1', '2', '3'], year: '2015..' })
  assert.deepEqual(query.readState(query.writeState({ ...state, like: 'paper/1' })), { ...state, like: 'paper/1' })
  const wider = query.readState({ q: 'x', match: 'pieces', syn: '0' })
  assert.deepEqual([wider.pieces, wider.asWritten], [true, true])
  assert.deepEqual(query.readState(query.writeState(wider)), wider)
  assert.deepEqual(query.readState(query.writeState({ ...state, linked: 'paper/1' })), { ...state, linked: 'paper/1' })
  for (const page of ['-1', '0', 'NaN', '1e9', '1.5']) assert.equal(query.readState({ page }).page, 1)
})

test('links lead only where a record is', () => {
  const key = 'person/01J8ZZZZZZ0000000000000007'
  const answer = { links: [{ field: 'authors', label: 'A', key }, { field: 'authors', label: 'B', key: null, scheme: 'orcid', value: '1' }] }
  assert.equal(record.targetOf(answer, 'authors', { label: 'A' }), key)
  assert.equal(record.targetOf(answer, 'authors', { label: 'B', ref: 'orcid:1' }), null)
  assert.equal(record.targetOf(answer, 'owner', { label: 'A' }), null)
  assert.equal(record.targetOf(answer, 'owner', { label: 'C', ref: key }), key)
})

test('the API description becomes types that TypeScript accepts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xietong-types-'))
  try {
    const [input, output] = [join(folder, 'openapi.json'), join(folder, 'generated.ts')]
    await writeFile(input, JSON.stringify({ openapi: '3.1.0', components: { schemas: {
      'specialised-town': { type: 'object', required: ['name'], properties: {
        name: { type: 'string' }, 'founded-on': { type: ['string', 'null'] }, kind: { enum: ['a', 'b'] },
        links: { type: 'array', items: { $ref: '#/components/schemas/Link' } }, any: {}, map: { type: 'object', additionalProperties: { type: 'integer' } } } },
      Record: { type: 'object', properties: { body: { type: 'object' } } },
      Link: { allOf: [{ type: 'object', properties: { ref: { const: 'x' } } }, { oneOf: [{ type: 'null' }, { type: 'boolean' }] }] },
    } } }))
    execFileSync(process.execPath, [new URL('../../web/scripts/api-types.mjs', import.meta.url).pathname, input, output], { timeout: 20_000 })
    const source = await readFile(output, 'utf8')
    const ts = fromWeb('typescript')
    await writeFile(join(folder, 'types.ts'), 'export interface RecordAnswer { body?: { [name: string]: unknown } }\n')
    const complaints = ts.getPreEmitDiagnostics(ts.createProgram([output], { strict: true, noEmit: true, types: [] }))
    assert.deepEqual(complaints.map((one) => ts.flattenDiagnosticMessageText(one.messageText, ' ')), [])
    for (const part of ['export type SpecialisedTown = {', 'name: string', '"founded-on"?: string | null', 'kind?: "a" | "b"', 'links?: (Link)[]', 'any?: unknown', 'map?: { [name: string]: number }', '(answer: Record): Page.RecordAnswer']) {
      assert.ok(source.includes(part), `${part} in\n${source}`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('sections hold every filled field once', () => {
  const fields = ['title', 'a', 'b', 'c', 'd'].map((name) => ({ name, label: { zh: name }, kind: 'string' }))
  const type = { type: 't', label: { zh: 't' }, title: 'title', fields, facts: ['a', 'none'], sections: [{ label: { zh: 's' }, fields: ['title', 'a', 'b', 'c'] }] }
  const body = { title: 'x', a: 1, b: [''], c: false, d: {} , e: 1 }
  const facts = record.filledFacts(type, body)
  assert.deepEqual(facts.map((field) => field.name), ['a'])
  assert.deepEqual(record.filledSections(type, body, facts).map((one) => one.fields.map((field) => field.name)), [['c']])
})
