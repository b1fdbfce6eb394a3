// The test set of relevance, made anew at each run from the real files: records, queries, and what is right for each query.
//
// makeSets(data, folder, { share, sources }) writes folder/COLLECTION/docs.tsv (title, keywords, abstract; a record is its line,
// from 0) and queries.tsv (set, half, operator: AND, OR, or AS for one term as it is typed, terms, record left out or -1,
// "record:grade ..." of all that is right). Items of a list stand between U+001F. The same files and the same seed give the same
// sets. share < 1 takes a part of the queries; sources names some of csl, fewclue, cnki, chinaxiv for a smaller set of papers.
//
// Papers: CSL (title, keywords, abstract, discipline), FewCLUE (CSL: abstract and keywords where they are marked as true; CSLDCP:
// abstract, discipline), CNKI, and ChinaXiv where title, abstract and keywords can be told apart in what OCR left. The same abstract or
// the same title is one paper, with what all sources say of it. Patents: titles with their IPC subclasses.
//
// Words of a title: what is a keyword of at least two papers, the longest from the left, and Latin words. Pairs: all of two
// neighbouring characters, and Latin words.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const SEED = 20261126
const TERMS_MAX = 60 // the query language takes 64
const SIZES = { titles: 600, keywords: 300, patents: 400 }

/** mulberry32: the same numbers everywhere. */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** count of list, drawn without putting back. */
function draw(list, count, seed) {
  const next = random(seed)
  const left = [...list]
  const taken = []
  while (left.length > 0 && taken.length < count) {
    const at = Math.floor(next() * left.length)
    taken.push(left[at])
    left[at] = left[left.length - 1]
    left.pop()
  }
  return taken
}

const clean = (text) => text.replace(/[\u0000-\u001f\s]+/g, ' ').trim()
const bare = (text) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
const usable = (word) => bare(word).length >= 2
const lines = (file) => gunzipSync(readFileSync(file)).toString().split(/\r?\n/).filter(Boolean)

// ---- papers ----

function* csl(data) {
  const folder = join(data, 'papers/csl')
  for (const part of ['dev', 'test']) {
    for (const line of lines(join(folder, `ts-${part}.tsv.gz`))) {
      const [, abstract, title] = line.split('\t')
      yield { abstract, title }
    }
    for (const line of lines(join(folder, `kg-${part}.tsv.gz`))) { // "abstract title": the title is known by now
      const [, both, keywords] = line.split('\t')
      yield { both, keywords: keywords.split('_'), right: true }
    }
    for (const line of lines(join(folder, `cls_dcp-${part}.tsv.gz`))) {
      const [, abstract, discipline] = line.split('\t')
      yield { abstract, discipline }
    }
  }
}

function* fewclue(data) {
  const folder = join(data, 'papers/fewclue')
  for (const name of readdirSync(folder).sort()) {
    for (const line of name.startsWith('csl') ? lines(join(folder, name)) : []) {
      const row = JSON.parse(line)
      if (row.content) yield { abstract: row.content, discipline: row.label }
      else if (row.label === '1') yield { abstract: row.abst, keywords: row.keyword, right: true }
      else yield { abstract: row.abst } // one of its keywords is false, or nobody says
    }
  }
}

function* cnki(data) {
  let paper = {}
  for (const line of lines(join(data, 'papers/cnki/cnki-refworks.txt.gz'))) {
    const [, tag, value] = /^([A-Z][A-Z0-9]) (.*)$/.exec(line) ?? []
    if (tag === 'RT') paper = {}
    if (tag === 'T1') paper.title = value
    if (tag === 'K1') paper.keywords = value.split(/;+/)
    if (tag === 'AB') paper.abstract = value
    if (tag === 'DS' && paper.title && paper.abstract) yield paper
  }
}

/** Members of a tar archive: [name, bytes]. */
function* members(tar) {
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = parseInt(tar.toString('latin1', at + 124, at + 136), 8)
    yield [name, tar.subarray(at + 512, at + 512 + size)]
    at += 512 + Math.ceil(size / 512) * 512
  }
}

function* chinaxiv(data) {
  const newest = new Map() // one paper has several versions
  for (const [name, bytes] of members(gunzipSync(readFileSync(join(data, 'papers/chinaxiv-heads.tar.gz'))))) {
    const [, paper, version] = /ChinaXiv-([\d.]+)V(\d+)\.md$/.exec(name) ?? []
    if (paper && Number(version) > (newest.get(paper)?.version ?? 0)) newest.set(paper, { version: Number(version), bytes })
  }
  const found = []
  for (const paper of [...newest.keys()].sort()) {
    const text = newest.get(paper).bytes.toString('utf8')
    const title = /^# (.+)$/m.exec(text)?.[1] ?? ''
    const abstract = /(?:^|\n)[【[]?摘\s*要\s*[】\]]?\s*[:：]?\s*([^]+?)\n\s*[【[]?\s*(?:关\s*键\s*[词字]|中图|中文分类)/.exec(text)?.[1] ?? ''
    const keywords = /关\s*键\s*[词字]\s*[】\]]?\s*[:：]?\s*([^\n]+)/.exec(text)?.[1] ?? ''
    if (!/\p{Script=Han}{6}/u.test(title) || abstract.length < 80 || !keywords) continue
    found.push({ title, abstract, keywords: keywords.split(/[【[]?(?:中图|中文|分类号|文献|文章|doi)/i)[0].split(/[；;，,、]+/).filter((word) => word.length <= 20) })
  }
  const often = new Map() // heads of a section that came before the title
  for (const { title } of found) often.set(bare(title), (often.get(bare(title)) ?? 0) + 1)
  yield* found.filter(({ title }) => often.get(bare(title)) === 1)
}

const readers = { csl, fewclue, cnki, chinaxiv }

/** All papers of these sources, each once. */
function papers(data, sources) {
  const list = []
  const byText = new Map()
  for (const source of sources.map((name) => readers[name])) {
    for (const row of source(data)) {
      const text = bare(row.abstract ?? row.both)
      const keys = [`abstract ${text.slice(0, 60)}`, ...(row.title ? [`title ${bare(row.title)}`] : [])]
      let paper = keys.map((key) => byText.get(key)).find(Boolean)
      if (!paper) {
        if (row.abstract === undefined) continue
        paper = { title: '', abstract: clean(row.abstract), keywords: [], right: false, disciplines: new Set() }
        list.push(paper)
      }
      for (const key of keys) byText.set(key, paper)
      if (row.title && !paper.title) paper.title = clean(row.title)
      if (row.keywords && (!paper.right || row.right)) {
        const all = [...(row.right && paper.right ? paper.keywords : []), ...row.keywords.map(clean).filter(usable)]
        paper.keywords = [...new Map(all.map((word) => [bare(word), word])).values()]
        paper.right ||= Boolean(row.right)
      }
      if (row.discipline) paper.disciplines.add(row.discipline)
    }
  }
  return list
}

// ---- patents ----

/** The rows of a CSV with quoted cells. */
function* csv(text) {
  let row = [], cell = '', quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted && c === '"' && text[i + 1] === '"') cell += text[++i]
    else if (c === '"') quoted = !quoted
    else if (!quoted && (c === ',' || c === '\n')) {
      row.push(cell.replace(/\r$/, ''))
      cell = ''
      if (c === '\n') { yield row; row = [] }
    } else cell += c
  }
}

function patents(data) {
  const [head, ...rows] = csv(gunzipSync(readFileSync(join(data, 'patents/cn-patent-titles-ipc.csv.gz'))).toString().replace(/^\uFEFF/, ''))
  const [title, all] = [head.indexOf('patent_title'), head.indexOf('true_subclasses_all')]
  const byTitle = new Map() // an invention may have several publications
  for (const row of rows) {
    const patent = byTitle.get(bare(row[title])) ?? { title: clean(row[title]), subclasses: new Set() }
    for (const code of row[all].split('|').filter(Boolean)) patent.subclasses.add(code)
    byTitle.set(bare(row[title]), patent)
  }
  return [...byTitle.values()]
}

// ---- terms of a title ----

const RUNS = /\p{Script=Han}+|[a-z0-9]+/giu
const isHan = (run) => /^\p{Script=Han}/u.test(run)

function pairs(title) {
  const terms = []
  for (const [run] of title.normalize('NFKC').matchAll(RUNS)) {
    if (!isHan(run)) terms.push(run.toLowerCase())
    for (let i = 0; isHan(run) && i + 2 <= run.length; i++) terms.push(run.slice(i, i + 2))
  }
  return [...new Set(terms)].slice(0, TERMS_MAX)
}

function words(title, known) {
  const terms = []
  for (const [run] of title.normalize('NFKC').matchAll(RUNS)) {
    if (!isHan(run)) { terms.push(run.toLowerCase()); continue }
    for (let at = 0; at < run.length;) {
      let n = Math.min(8, run.length - at)
      while (n >= 2 && !known.has(run.slice(at, at + n))) n--
      if (n >= 2) terms.push(run.slice(at, at + n))
      at += Math.max(n, 1)
    }
  }
  return [...new Set(terms.filter((term) => term.length >= 2))].slice(0, TERMS_MAX)
}

/** Every title in the forms in which a person or a program may ask for it. */
const forms = (title, known) => [
  ['as it is', 'AS', [title]],
  ['words, AND', 'AND', words(title, known)],
  ['words, OR', 'OR', words(title, known)],
  ['pairs, OR', 'OR', pairs(title)],
]

// ---- sets ----

const grades = (map) => [...map].map(([doc, grade]) => `${doc}:${grade}`).join(' ')
const line = (cells) => cells.join('\t') + '\n'
const query = (set, half, operator, terms, out, right) => line([set, half, operator, terms.join('\u001f'), out, grades(right)])

function write(folder, name, docs, queries) {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'docs.tsv'), docs.map(({ title = '', keywords = [], abstract = '' }) => line([title, keywords.join('\u001f'), abstract])).join(''))
  writeFileSync(join(folder, name, 'queries.tsv'), queries.join(''))
  return { name, docs: docs.length, queries: queries.length }
}

function keywordQueries(all, count) {
  const holders = new Map() // keyword -> papers that have it for certain
  all.forEach((paper, at) => {
    for (const word of paper.right ? new Set(paper.keywords.map(bare)) : []) holders.set(word, [...(holders.get(word) ?? []), at])
  })
  const queries = []
  for (const number of [1, 2, 3]) {
    const able = all.map((paper, at) => at).filter((at) => all[at].right && all[at].keywords.length >= number)
    draw(able, count, SEED + number).forEach((at, i) => {
      const terms = draw(all[at].keywords, number, SEED + at).map((word) => word.replaceAll('"', ' '))
      const right = new Map(terms.flatMap((word) => holders.get(bare(word)) ?? []).map((other) => [other, 1]))
      right.set(at, 3)
      queries.push(query(`${number} keyword${number > 1 ? 's, AND' : ''}`, i % 2, 'AND', terms, -1, right))
      if (number === 3) queries.push(query('3 keywords, OR', i % 2, 'OR', terms, -1, right))
    })
  }
  return queries
}

function disciplineQueries(all) {
  const names = [...new Set(all.flatMap(({ disciplines }) => [...disciplines]))].sort()
  return names.flatMap((name, i) => {
    const stems = name.split(/[/、与及和]/).map((part) => part.replace(/(科学技术|科学|工程|技术|(?<!文)学)$/, '')).filter((part) => part.length >= 2)
    const terms = [...new Set(stems)]
    const right = new Map(all.map((paper, at) => [at, paper.disciplines.has(name) ? 1 : 0]).filter(([, grade]) => grade))
    return terms.length > 0 ? [query('discipline', i % 2, 'OR', terms, -1, right)] : []
  })
}

/** Writes all collections; gives what is in them. */
export function makeSets(data, folder, { share = 1, sources = Object.keys(readers) } = {}) {
  const size = (name) => Math.max(20, Math.round(SIZES[name] * share))
  const all = papers(data, sources), inventions = patents(data)
  const often = new Map()
  for (const paper of all) for (const word of new Set(paper.keywords.map(bare))) often.set(word, (often.get(word) ?? 0) + 1)
  const known = new Set([...often].filter(([, count]) => count >= 2).map(([word]) => word))

  const titled = all.map((paper, at) => at).filter((at) => words(all[at].title, known).length >= 2)
  const titles = draw(titled, size('titles'), SEED).flatMap((at, i) => forms(all[at].title, known)
    .map(([form, operator, terms]) => query(`title: ${form}`, i % 2, operator, terms, -1, new Map([[at, 1]]))))
  const asked = keywordQueries(all, size('keywords'))
  const neighbours = draw(inventions.map((_, at) => at).filter((at) => words(inventions[at].title, known).length >= 2), size('patents'), SEED)
    .flatMap((at, i) => {
      const right = new Map()
      inventions.forEach(({ subclasses }, other) => {
        const shared = [...subclasses].filter((code) => inventions[at].subclasses.has(code)).length
        if (shared && other !== at) right.set(other, shared)
      })
      return right.size === 0 ? [] : forms(inventions[at].title, known)
        .map(([form, operator, terms]) => query(`patent: ${form}`, i % 2, operator, terms, at, right))
    })
  const judged = all.filter(({ disciplines }) => disciplines.size > 0)

  return {
    papers: all.length, patents: inventions.length, words: known.size,
    collections: [
      write(folder, 'title-hidden', all.map((paper) => ({ ...paper, title: '' })), titles),
      write(folder, 'keywords-hidden', all.map((paper) => ({ ...paper, keywords: [] })), asked),
      write(folder, 'keywords-shown', all, asked),
      write(folder, 'disciplines', judged, disciplineQueries(judged)),
      write(folder, 'patents', inventions, neighbours),
    ],
  }
}
