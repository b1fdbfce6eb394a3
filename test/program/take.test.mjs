// What can be taken away: references of a record and of a search, feeds, the count of all there is.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { importCounts, ok, run, top, withData, withFolder, withNode } from '../lib/node.mjs'

const PAPERS = [
  { _key: 'a', title: '互联网药品可信交易环境中主体资质审核备案模式', kind: 'journal-article', authors: ['于潇', '刘义', '柴跃廷', '孙宏波'].map((label) => ({ label })), journal: '清华大学学报(自然科学版)', volume: '52', issue: '11', pages: '1518-1523', published_on: '2012', keywords: ['示例甲', '示例乙'] },
  { _key: 'b', title: 'Metadata & {quality}: 100% of it, #1', kind: 'journal-article', authors: [{ label: 'Jane van der Sample' }, { label: 'Sample, John Q.' }], journal: 'Samples_quarterly', volume: '48', issue: '8', pages: '696-715', published_on: '2010-05', doi: '10.99999/xietong.sample.cite.1', website: 'https://example.org/a_b' },
  { _key: 'c', title: '面向中文信息处理的示例研究', kind: 'doctoral-thesis', authors: [{ label: '示例博士' }], units: [{ label: '示例大学' }], published_on: '2003-06-01' },
  { _key: 'd', title: '没有作者也没有日期的报告', kind: 'report' },
]

/** What stands between pages in LaTeX is read as a dash. */
const plain = (value) => (typeof value === 'string' ? value.replace('–', '-') : value)

async function withPapers(body) {
  await withData(async (data) => {
    await withFolder(async (folder) => {
      const file = join(folder, 'papers.jsonl')
      await writeFile(file, PAPERS.map((one) => JSON.stringify(one)).join('\n') + '\n')
      assert.equal(importCounts(await ok(['import', '--data', data, '--type', 'paper', file])).stored, PAPERS.length)
      await body(data, folder)
    })
  }, [])
}

describe('references', () => {
  it('are answered in each style, with the day of citing', () => withPapers((data) => withNode(data, async (node) => {
    const { items } = await node.json('/api/v1/search', { type: 'paper', sort: 'title', limit: 10 })
    const keyOf = (start) => items.find((one) => one.title.startsWith(start)).key
    const text = async (start, style, more = {}) => {
      const query = new URLSearchParams({ style, cited_on: '2013-10-25', ...more })
      const answer = await node.fetch(`/api/v1/records/${keyOf(start)}/citation?${query}`)
      assert.equal(answer.status, 200)
      return [await answer.text(), answer.headers]
    }
    const [zh] = await text('互联网', 'gb7714')
    assert.equal(zh, '于潇, 刘义, 柴跃廷, 等. 互联网药品可信交易环境中主体资质审核备案模式[J]. 清华大学学报(自然科学版), 2012, 52(11): 1518-1523.\n')
    const [en] = await text('Metadata', 'gb7714')
    assert.equal(en, 'VAN DER SAMPLE J, SAMPLE J Q. Metadata & {quality}: 100% of it, #1[J/OL]. Samples_quarterly, 2010, 48(8): 696-715[2013-10-25]. https://example.org/a_b. DOI:10.99999/xietong.sample.cite.1.\n')
    assert.equal((await text('Metadata', 'apa'))[0],
      'van der Sample, J., & Sample, J. Q. (2010). Metadata & {quality}: 100% of it, #1. Samples_quarterly, 48(8), 696–715. https://doi.org/10.99999/xietong.sample.cite.1\n')
    assert.equal((await text('面向', 'gb7714'))[0], '示例博士. 面向中文信息处理的示例研究[D]. [出版地不详]: 示例大学, 2003.\n')
    assert.equal((await text('没有', 'gb7714'))[0], '没有作者也没有日期的报告[R].\n')
    assert.equal((await text('没有', 'apa'))[0], '没有作者也没有日期的报告. (n.d.).\n')
    const [bib, headers] = await text('Metadata', 'bibtex')
    assert.match(headers.get('content-type'), /^application\/x-bibtex/)
    assert.match(headers.get('content-disposition'), /\.bib"/)
    assert.match(bib, /title = \{Metadata \\& \\\{quality\\\}: 100\\% of it, \\#1\}/)
    const all = await node.json(`/api/v1/records/${keyOf('互联网')}/citation`)
    assert.deepEqual(Object.keys(all), ['key', 'gb7714', 'apa', 'bibtex', 'ris'])
    const today = new Date().toISOString().slice(0, 4)
    assert.ok((await node.json(`/api/v1/records/${keyOf('Metadata')}/citation`)).gb7714.includes(`[${today}-`), 'today unless told')
    assert.equal((await node.fetch(`/api/v1/records/${keyOf('没有')}/citation?cited_on=2013`)).status, 400)
    assert.equal((await node.fetch(`/api/v1/records/${keyOf('没有')}/citation?style=mla`)).status, 400)
    assert.equal((await node.fetch('/api/v1/records/paper/01J00000000000000000000000/citation')).status, 404)
  })))

  it('written by the command name the pages of the node where its address is given', () => withData(async (data) => {
    const cite = async (...more) => ok(['export', '--data', data, '--type', 'instrument', '--format', 'gb7714', ...more])
    const plain = (await cite()).trim().split('\n'), named = (await cite('--base-url', 'https://node.example')).trim().split('\n')
    assert.ok(plain.length > 1)
    assert.equal(named.length, plain.length)
    for (const [n, line] of plain.entries()) {
      assert.doesNotMatch(line, /https?:\/\/|\/records\//)
      assert.match(named[n], /https:\/\/node\.example\/records\/instrument\/[0-9A-Z]{26}/)
    }
    const wrong = await run(['export', '--data', data, '--type', 'instrument', '--format', 'ris', '--base-url', 'node.example/'])
    assert.notEqual(wrong.code, 0)
    assert.match(wrong.err, /base-url/)
  }))

  it('of what a search finds come back as the papers they were', () => withPapers((data, folder) => withNode(data, async (node) => {
    for (const [format, mapping] of [['bibtex', 'papers-bibtex'], ['ris', 'papers-ris']]) {
      const file = join(folder, `out.${format === 'bibtex' ? 'bib' : 'ris'}`)
      const answer = await node.fetch(`/api/v1/search/export?type=paper&format=${format}`)
      assert.equal(answer.status, 200)
      const text = await answer.text()
      await writeFile(file, text)
      await ok(['export', '--data', data, '--query', '', '--type', 'paper', `${file}.copy.${file.split('.').pop()}`])
      const copy = await readFile(`${file}.copy.${file.split('.').pop()}`, 'utf8')
      assert.equal(copy.replace(/(urldate = |\[).*/g, ''), text.replace(/(urldate = |\[).*/g, ''), 'the command gives the same')
      const other = join(folder, `other-${format}`)
      await ok(['init', '--data', other])
      const taken = await run(['import', '--data', other, '--mapping', mapping, file])
      assert.equal(importCounts(taken.out).stored, PAPERS.length, `${taken.out}${taken.err}`)
      const back = (await ok(['export', '--data', other, '--type', 'paper', '--format', 'jsonl'])).trim().split('\n').map((line) => JSON.parse(line))
      for (const was of PAPERS) {
        const is = back.find((one) => one.title === was.title)
        assert.ok(is, `${format}: ${was.title}`)
        for (const field of ['journal', 'volume', 'issue', 'pages', 'doi', 'keywords']) assert.deepEqual(plain(is[field]), was[field], `${format}: ${was.title} ${field}`)
        // Of RIS the mapping takes the year.
        assert.equal(is.published_on, format === 'ris' ? was.published_on?.slice(0, 4) : was.published_on, `${format}: ${was.title}`)
        assert.equal(is.authors?.length, was.authors?.length, `${format}: ${was.title}`)
      }
    }
    const list = await (await node.fetch('/api/v1/search/export?type=paper&format=gb7714&sort=title')).text()
    assert.deepEqual(list.trim().split('\n').map((line) => /^\[\d+\]/.exec(line)?.[0]), ['[1]', '[2]', '[3]', '[4]'])
  })))
})

/** Enough of XML for a feed that we wrote ourselves. */
const all = (xml, tag) => [...xml.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map((match) => match[1])
const linkOf = (xml, rel) => new RegExp(`<link rel="${rel}" type="[^"]*" href="([^"]*)"`).exec(xml)?.[1].replaceAll('&amp;', '&')

describe('feeds', () => {
  it('give what a search finds, the newest change first, page by page, each record once', () => withData((data) => withNode(data, async (node) => {
    const { total } = await node.json('/api/v1/search', { q: '示例', type: 'project', limit: 0 })
    const ids = []
    const updated = []
    let pages = 0
    for (let path = '/feed.atom?q=示例&type=project&limit=5'; path; pages++) {
      const answer = await node.fetch(path)
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get('content-type'), /^application\/atom\+xml/)
      const xml = await answer.text()
      assert.match(xml, /<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom" xml:lang="zh-CN">/)
      assert.ok(linkOf(xml, 'self').startsWith(node.url))
      ids.push(...all(xml, 'id').slice(1))
      updated.push(...all(xml, 'updated').slice(1))
      path = linkOf(xml, 'next')
      if (path) path = `${path}&limit=5`
    }
    assert.equal(ids.length, total)
    assert.equal(new Set(ids).size, total)
    assert.ok(pages > 1)
    assert.deepEqual(updated, [...updated].sort().reverse())
    const name = (await node.json('/api/v1/node')).name
    for (const id of ids) assert.match(id, new RegExp(`^tag:${name.replaceAll('.', '\\.')},2026:project/[0-9A-Z]{26}$`))
  })))

  it('follow a search that finds thousands from the newest change on, and no others', () => withFolder((folder) => withData((data) => withNode(data, async (node) => {
    const file = join(folder, 'many.csv')
    await writeFile(file, ['title,abstract', ...Array.from({ length: 6000 }, (_, i) => `示例批量 ${i} ${i % 2 ? 'zqodd' : 'zqeven'},zqbatch`)].join('\n'))
    await ok(['import', '--data', data, '--type', 'paper', file])
    await node.until(async () => (await node.json('/api/v1/search', { q: 'zqbatch', limit: 0 })).total === 6000)
    for (const [q, count] of [['zqbatch', 6000], ['zqbatch -zqodd', 3000]]) {
      const ids = []
      for (let path = `/feed.atom?q=${encodeURIComponent(q)}`; path;) {
        const xml = await (await node.fetch(`${path}&limit=200`)).text()
        ids.push(...all(xml, 'id').slice(1))
        path = linkOf(xml, 'next')
      }
      assert.equal(new Set(ids).size, count, q)
      assert.equal(ids.length, count, q)
    }
  }))))

  it('keep all that makes a search: likeness, links, pieces and synonyms', () => withData((data) => withNode(data, async (node) => {
    let key
    for (const item of (await node.json('/api/v1/search', { type: 'organisation', limit: 200 })).items) {
      if ((await node.json('/api/v1/search', { linked: item.key, type: 'paper', limit: 0 })).total > 0) { key = item.key; break }
    }
    for (const params of [{ linked: key }, { like: key }, { q: '机器人 焊接 水产', match: 'pieces' }, { q: '电镜', syn: '0' }, { linked: key, type: 'paper' }]) {
      const query = new URLSearchParams(params)
      const { items, total } = await node.json('/api/v1/search', { ...params, limit: 200 })
      const xml = await (await node.fetch(`/feed.atom?${query}&limit=200`)).text()
      const found = all(xml, 'id').slice(1).map((id) => id.split(':').pop())
      if (params.like) assert.deepEqual(found.filter((one) => !items.some((item) => item.key === one)), [], String(query))
      else assert.deepEqual([...found].sort(), items.map((item) => item.key).sort(), String(query))
      assert.ok(total < 500 && found.length > 0 || params.syn, `${query}: ${total}`)
      const html = await (await node.fetch(`/search?${query}`)).text()
      assert.ok(html.includes(`href="/feed.atom?${[...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&amp;')}`), String(query))
    }
    assert.equal((await node.fetch('/feed.atom?like=paper/01J8ZZZZZZ0000000000000009')).status, 404)
  })))

  it('put a record that changed first, and keep its id; deleted ones are gone; markup is text', () => withPapers((data, folder) => withNode(data, async (node) => {
    const before = all(await (await node.fetch('/feed.atom')).text(), 'id').slice(1)
    assert.equal(before.length, PAPERS.length)
    const file = join(folder, 'changed.jsonl')
    await writeFile(file, JSON.stringify({ ...PAPERS[0], title: '改过的题名 <b>&amp;</b>' }) + '\n')
    await ok(['import', '--data', data, '--type', 'paper', file])
    await node.until(async () => (await node.json('/api/v1/search', { q: '改过的题名' })).total === 1)
    const xml = await (await node.fetch('/feed.atom')).text()
    const after = all(xml, 'id').slice(1)
    assert.deepEqual([...after].sort(), [...before].sort(), 'the ids are the same')
    assert.equal(all(xml, 'title')[1], '改过的题名 &lt;b&gt;&amp;amp;&lt;/b&gt;')
    assert.deepEqual(all(await (await node.fetch('/feed.atom?q=没有这样的词语')).text(), 'id').length, 1)
    assert.equal((await node.fetch('/feed.atom?year=abc..&q=(')).status < 500, true)
    assert.equal((await node.fetch('/feed.atom?limit=0')).status, 400)
  })))
})

describe('the count of what there is', () => {
  it('is of every public field and source, and follows the changes', () => withPapers((data, folder) => withNode(data, async (node) => {
    const one = await node.json('/api/v1/data')
    assert.equal(one.records, PAPERS.length)
    const papers = one.types.find((type) => type.type === 'paper')
    assert.equal(papers.records, PAPERS.length)
    assert.equal(papers.fields.title, 4)
    assert.equal(papers.fields.authors, 3)
    assert.equal(papers.fields.doi, 1)
    assert.equal(papers.fields.note, undefined, 'protected fields are not counted')
    const filled = Object.values(papers.fields).reduce((sum, count) => sum + count, 0)
    assert.ok(Math.abs(papers.completeness - filled / 4 / Object.keys(papers.fields).length) < 1e-4)
    await writeFile(join(folder, 'more.jsonl'), JSON.stringify({ _key: 'e', title: '又一篇', note: '内情' }) + '\n')
    await ok(['import', '--data', data, '--type', 'paper', join(folder, 'more.jsonl')])
    const two = await node.until(async () => {
      const now = await node.json('/api/v1/data')
      return now.records === PAPERS.length + 1 && now
    })
    assert.ok(two.seq > one.seq)
    assert.equal(two.types.find((type) => type.type === 'paper').fields.note, undefined)
    assert.equal(two.sources[0].types[0].records, PAPERS.length + 1)
  })))
})

it('the commands of the manual work', () => withPapers(async (data, folder) => {
  const manual = await readFile(join(top, 'docs/taking.md'), 'utf8')
  const lines = [...manual.matchAll(/^xietong (export .*)$/gm)].map((match) => match[1])
  assert.equal(lines.length, 2)
  for (const line of lines) {
    const args = line.match(/"[^"]*"|\S+/g).map((word) => word.replaceAll('"', '')).map((word) => (word === 'DATA' ? data : word === '机器人' ? '示例' : word === 'year=2015..2020' ? 'year=2000..2020' : /\.(txt|bib)$/.test(word) ? join(folder, word) : word))
    await ok(args)
    assert.ok((await readFile(args.at(-1), 'utf8')).length > 20, line)
  }
}))
