// The example of docs/region.md, as the reader would follow it: the files are taken out of the page.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { importCounts, ok, run, top, withFolder, withNode } from '../lib/node.mjs'

// The first fenced block after each of these words.
async function blocks() {
  const page = await readFile(join(top, 'docs/region.md'), 'utf8')
  const example = page.slice(page.indexOf('## An example'))
  return (words) => {
    const from = example.indexOf(words)
    assert.ok(from >= 0, `the page no longer says "${words}"`)
    const found = /^```\w*\n([\s\S]*?)^```/m.exec(example.slice(from))
    return found[1]
  }
}

it('the example of the page works', () => withFolder(async (folder) => {
  const block = await blocks()
  const at = (...path) => join(folder, ...path)
  const edit = async (name, change) => {
    const value = JSON.parse(await readFile(at('own', name), 'utf8'))
    await writeFile(at('own', name), JSON.stringify(change(value)))
  }
  await cp(join(top, 'region'), at('region'), { recursive: true })
  await promisify(execFile)('sh', ['-ec', block('An own folder is begun')], { cwd: folder })
  await edit('facets.json', (list) => [...list, JSON.parse(block('One more row in `own/facets.json`'))])
  await edit('schemes.json', (all) => ({ ...all, ...JSON.parse(block('One more member in `own/schemes.json`')) }))
  await mkdir(at('own/codes'), { recursive: true })
  await writeFile(at('own/codes/kiln-fuel.tsv'), block('A code list, `own/codes/kiln-fuel.tsv`'))
  await writeFile(at('own/types/kiln.json'), block('The type, `own/types/kiln.json`'))
  await writeFile(at('kilns.csv'), block('saved as `kilns.csv`'))

  // The commands as they stand, but for serve, which is started below.
  const commands = block('Then:').trim().split('\n').map((line) => line.match(/"[^"]*"|\S+/g).slice(1).map((word) => word.replaceAll('"', '')))
  assert.deepEqual(commands.map(([verb]) => verb), ['init', 'import', 'search', 'serve'])
  const [init, importing, search, serve] = commands
  await ok(init, { cwd: folder })
  const imported = await run(importing, { cwd: folder })
  const counts = importCounts(imported.out)
  assert.deepEqual([counts.seen, counts.stored, counts.rejected], [2, 1, 1], imported.err)
  const rejects = await readFile(at('kilns.rejects.csv'), 'utf8')
  for (const part of ['SW-2', '煤油', '2019-13']) assert.ok(rejects.includes(part))
  const reasons = rejects.trimEnd().split('\n').at(-1)
  for (const part of ['SW-[0-9]', '煤油', '2019-13']) assert.ok(reasons.split('示例二号辊道窑').join('').includes(part), reasons)
  assert.match(await ok(search, { cwd: folder }), /示例一号辊道窑/)
  for (const query of ['燃料:气体燃料', 'SW-0001', '示例陶瓷研究院', 'Natural gas', 'amount:>=1000']) {
    const found = JSON.parse(await ok(['search', '--data', at('kilns'), '--region', at('own'), query, '--json']))
    assert.equal(found.total, 1, query)
  }
  assert.equal(serve[serve.indexOf('--region') + 1], 'own')

  await withNode(at('kilns'), async (node) => {
    const found = await node.json('/api/v1/search?fuel=gas&facets=fuel,organisation,year', { lang: 'en' })
    assert.equal(found.total, 1)
    assert.deepEqual(found.facets.fuel.map(({ value, label, count }) => [value, label, count]),
      [['gas', 'Gas', 1], ['natural-gas', 'Natural gas', 1]])
    assert.equal(found.facet_labels.fuel, 'Fuel')
    assert.equal(found.facets.organisation[0].value, '示例陶瓷研究院')
    assert.equal(found.facets.year[0].value, '2019')
    const record = await node.json(`/api/v1/records/${found.items[0].key}`, { lang: 'en' })
    assert.equal(record.body.fee, 120000)
    assert.equal(record.body.built_on, '2019-06')
    assert.deepEqual(record.body.owner, { label: '示例陶瓷研究院' })
    const type = await node.json('/api/v1/types/kiln')
    assert.equal(type.fields.length, 9)
    assert.equal((await node.fetch('/api/v1/types/kiln/template.xlsx')).status, 200)
  }, { args: ['--region', at('own')] })
}))

it('a mistake in a file is named and the region not used', () => withFolder(async (folder) => {
  await mkdir(join(folder, 'own/types'), { recursive: true })
  await writeFile(join(folder, 'own/types/kiln.json'), '{\n"type": "kiln",\n"label" {}\n}\n')
  const { code, err } = await run(['init', '--data', join(folder, 'data'), '--region', join(folder, 'own')], { env: { LC_ALL: 'en_US.UTF-8' } })
  const served = code === 0 ? await run(['serve', '--data', join(folder, 'data'), '--region', join(folder, 'own'), '--listen', '127.0.0.1:0'], { env: { LC_ALL: 'en_US.UTF-8' } }) : { code, err }
  assert.notEqual(served.code, 0)
  assert.match(served.err, /types\/kiln\.json/)
  assert.match(served.err, /line 3/)
}))
