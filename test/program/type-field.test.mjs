// One definition, many uses: a field added to a type in a temporary region is there in all seven places.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Node, importCounts, ok, run, top, withFolder } from '../lib/node.mjs'

const field = {
  name: 'noise_level', label: { zh: '噪声等级', en: 'Noise level' }, kind: 'code', codes: 'noise-level',
  search: 'keywords', facet: 'noise', help: { zh: '运行时。', en: 'While running.' },
}

async function regionWithField(folder) {
  const region = join(folder, 'region')
  await cp(join(top, 'region'), region, { recursive: true })
  const path = join(region, 'types/instrument.json')
  const type = JSON.parse(await readFile(path, 'utf8'))
  type.fields.push(field)
  type.facts.push(field.name)
  type.sections[0].fields.push(field.name)
  type.exchange[field.name] = 'dc:format'
  await writeFile(path, JSON.stringify(type))
  const facets = JSON.parse(await readFile(join(region, 'facets.json'), 'utf8'))
  await writeFile(join(region, 'facets.json'),
    JSON.stringify([...facets, { name: 'noise', label: { zh: '噪声', en: 'Noise' }, codes: 'noise-level' }]))
  await writeFile(join(region, 'codes/noise-level.tsv'), '# 噪声等级\tNoise level\ncode\tzh\ten\tparent\nquiet\t静音\tQuiet\t\nloud\t响亮\tLoud\t\n')
  return region
}

describe('a field added to a type', () => {
  it('is in validation, schema, API description, template, search and facets, on the record page and in what harvesters get', () => withFolder(async (folder) => {
    const region = await regionWithField(folder)
    const data = join(folder, 'data')
    await ok(['init', '--data', data, '--region', region])
    const good = { _key: 'n1', name: '示例静音显微镜', owner: [{ label: '示例单位' }], noise_level: 'quiet' }
    const bad = { _key: 'n2', name: '示例仪器', owner: [{ label: '示例单位' }], noise_level: 'deafening' }
    const file = join(folder, 'instruments.jsonl')
    await writeFile(file, [good, bad].map((row) => JSON.stringify(row)).join('\n') + '\n')

    // 1 validation
    const imported = await run(['import', '--data', data, '--region', region, '--type', 'instrument', file])
    const counts = importCounts(imported.out)
    assert.equal(counts.stored, 1)
    assert.equal(counts.rejected, 1)
    const rejects = await readFile(file.replace('.jsonl', '.rejects.jsonl'), 'utf8')
    assert.match(rejects, /deafening/)
    assert.match(rejects, /noise_level/)

    const node = await Node.start(data, { args: ['--region', region] })
    try {
      // 2 JSON Schema
      const schema = await node.json('/api/v1/types/instrument/schema')
      assert.deepEqual(schema.properties.noise_level.enum, ['quiet', 'loud'])
      // 3 API description
      const api = await node.json('/api/openapi.json')
      assert.equal(api.components.schemas.InstrumentBody.properties.noise_level['x-label'].zh, '噪声等级')
      // 4 template
      const template = await (await node.fetch('/api/v1/types/instrument/template.csv')).text()
      assert.match(template, /噪声等级|noise_level/)
      assert.equal((await node.fetch('/api/v1/types/instrument/template.xlsx')).status, 200)
      // 5 search fields and facets
      await node.until(async () => (await node.json('/api/v1/node')).index.state === 'ready')
      assert.equal((await node.json('/api/v1/search', { q: '噪声等级:静音' })).total, 1)
      const found = await node.json('/api/v1/search', { q: '显微镜', facets: 'noise', noise: 'quiet', lang: 'en' })
      assert.deepEqual(found.facets.noise, [{ value: 'quiet', label: 'Quiet', count: 1 }])
      // 6 the record page is drawn from the type and the record
      const type = await node.json('/api/v1/types/instrument')
      assert.ok(type.fields.some((one) => one.name === 'noise_level'))
      assert.ok(type.sections[0].fields.includes('noise_level'))
      const record = await node.json(`/api/v1/records/${found.items[0].key}`)
      assert.equal(record.body.noise_level, 'quiet')
      assert.equal(record.labels.noise_level.quiet, '静音')
      assert.ok(record.facts.some((fact) => fact.label === '噪声等级' && fact.value === '静音'))
      // 7 what harvesters get: the whole record, its schema, Dublin Core
      assert.match(await (await node.fetch('/oai/xt.xsd')).text(), /<xs:element name="noise_level" type="code"/)
      const oai = async (prefix) => (await node.fetch(`/oai?verb=ListRecords&metadataPrefix=${prefix}`)).text()
      assert.match(await oai('xt'), /<noise_level label="静音">quiet<\/noise_level>/)
      assert.match(await oai('oai_dc'), /<dc:format>静音<\/dc:format>/)
    } finally {
      await node.stop()
    }
  }))
})
