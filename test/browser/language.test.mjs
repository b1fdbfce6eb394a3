// Both languages are complete: the same messages with the same places to fill, all of them used, none missing.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const SRC = new URL('../../web/src/', import.meta.url)
/** The words of a language: those that come with the page, and those that come with the pages that need them. */
function load(lang) {
  const names = readdirSync(new URL('locales/', SRC)).filter((name) => name === `${lang}.json` || name.endsWith(`.${lang}.json`))
  return names.map((name) => JSON.parse(readFileSync(new URL(`locales/${name}`, SRC), 'utf8')))
}

function flat(tree, prefix = '') {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`))
}

const zh = new Map(load('zh').flatMap((one) => flat(one)))
const en = new Map(load('en').flatMap((one) => flat(one)))

/** All sources of the page in one text. */
function sources() {
  const names = readdirSync(SRC, { recursive: true }).filter((name) => /\.(vue|ts)$/.test(name) && !name.includes('generated'))
  return names.map((name) => readFileSync(new URL(name, SRC), 'utf8')).join('\n')
}

const code = sources()
// Literal keys, and the beginnings of those that are put together: t('a.b'), t(x ? 'a.b' : 'c.d'), t(`a.${x}.b`).
const literal = new Set([...code.matchAll(/['"`]([a-z]\w*(?:\.\w+)+)['"`]/g)].map((match) => match[1]).filter((key) => zh.has(key) || en.has(key)))
const called = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1])
const patterns = [...code.matchAll(/\bte?\(\s*`([^`]+)`/g)].map((match) =>
  new RegExp(`^${match[1].replace(/\./g, '\\.').replace(/\$\{[^}]+\}/g, '[^.]+')}$`))

test('no message stands in two files', () => {
  for (const lang of ['zh', 'en']) {
    const keys = load(lang).flatMap((one) => flat(one).map(([key]) => key))
    assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), [], lang)
  }
})

test('both languages have the same messages', () => {
  assert.deepEqual([...zh.keys()].sort(), [...en.keys()].sort())
})

test('the same places are filled in both', () => {
  const places = (words) => [...new Set([...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort()
  for (const [key, words] of zh) assert.deepEqual(places(words), places(en.get(key)), key)
})

test('no message is missing', () => {
  assert.deepEqual(called.filter((key) => !zh.has(key)), [])
  for (const pattern of patterns) assert.ok([...zh.keys()].some((key) => pattern.test(key)), `no message for ${pattern}`)
})

test('no message is unused', () => {
  const unused = [...zh.keys()].filter((key) => !literal.has(key) && !patterns.some((pattern) => pattern.test(key)))
  assert.deepEqual(unused, [])
})

// Else a key beside those that are put together would count as used by them. The steps of a recipe are named both ways.
test('messages whose keys are put together stand in groups of their own', () => {
  const built = patterns.filter((pattern) => !pattern.source.startsWith('^recipe'))
  assert.ok(built.length > 20)
  assert.deepEqual([...literal].filter((key) => built.some((pattern) => pattern.test(key))), [])
})

test('each is in its own language', () => {
  for (const [key, words] of zh) {
    const latin = /(^keys\.|example$|types\.(schema)$|export\.as\.jsonl$)/.test(key)
    // Signs between what is filled in are of no language.
    const signs = !/\p{L}/u.test(words.replace(/\{\w+\}/g, ''))
    assert.ok(latin || signs || /[\u4e00-\u9fff]/.test(words), `${key} has no Chinese`)
  }
  for (const [key, words] of en) {
    assert.ok(/example$|tipPhrase$|help\.or\.text/.test(key) || !/[\u4e00-\u9fff]/.test(words), `${key} has Chinese`)
  }
})
