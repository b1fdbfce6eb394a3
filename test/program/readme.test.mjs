// What the README tells people to type works, in its order, in both languages.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, importCounts, ok, run, top, withFolder } from '../lib/node.mjs'

/** The program's command lines of a Markdown text, without the remark that follows after several spaces. */
function commands(text) {
  return [...text.matchAll(/^build\/release\/xietong +(.*)$/gm)].map((found) => found[1].split(/ {3,}/)[0].trim())
}

describe('the README', () => {
  for (const name of ['README.md', 'README.zh-CN.md']) {
    it(`${name}: its commands work`, () => withFolder(async (folder) => {
      const lines = commands(await readFile(join(top, name), 'utf8'))
      assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['init', 'import', 'import', 'search', 'serve', 'export', 'mapping', 'table', 'index', 'observation', 'index', 'check'])
      const data = join(folder, 'data')
      const workbook = join(folder, 'instruments.xlsx')
      const patents = join(folder, 'patents.csv')
      await writeFile(patents, 'publication_numbers,patent_title,true_subclasses_all\nCN209912345A,示例·一种机器人夹爪,B25J\n')
      const figures = join(folder, 'figures.csv')
      await writeFile(figures, '单位：万元,,\n地区,2020年,2021年\n北京,12,13\n上海,14,15\n天津,16,17\n')
      const words = (line) => line.replace('[--sample]', '--sample').replace('DIR', data).replace('NAME FILE...', `cn-patents-ipc ${patents}`)
        .replace('draft FILE', `draft ${workbook}`).replace('FILE...', figures).replace('region/', `${top}/region/`)
        .replace(/\S+\.xlsx/, workbook).replace('127.0.0.1:8080', '127.0.0.1:0').split(/ +/)
      for (const line of lines) {
        if (line.startsWith('serve')) {
          const node = await Node.start(data)
          try {
            assert.equal((await node.fetch('/healthz')).status, 200)
          } finally {
            await node.stop()
          }
          continue
        }
        if (line.includes('.xlsx')) await ok(['export', '--data', data, '--type', 'instrument', '--format', 'xlsx', workbook])
        const result = await run(words(line))
        assert.equal(result.code, 0, `${line}\n${result.out}${result.err}`)
        if (line.startsWith('import')) assert.equal(importCounts(result.out).rejected, 0, result.out + result.err)
        if (line.startsWith('mapping')) assert.equal(JSON.parse(result.out).records[0].type, 'instrument')
        if (line.startsWith('table')) assert.match(result.out, /上海.*14/)
        if (line.startsWith('index run')) assert.match(result.out, /示例/)
        if (line.startsWith('search')) assert.match(result.out, /机器人/)
      }
    }))
  }
})
