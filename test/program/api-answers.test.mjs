// What every GET route of the description answers is what its schema says: bodies by the schema of their type,
// refusals as problems. A route without an example below fails, so that a new one is looked at.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Node, newFolder, ok, run, top } from '../lib/node.mjs'

const tools = join(top, 'tools/node_modules')
const noAjv = existsSync(join(tools, 'ajv')) ? false : 'the validator is not installed (npm ci in tools/)'

/** Every object with properties is closed, so that a member nobody described shows; what is open on purpose stays open. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== 'object') return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  const composed = copy.allOf || copy.anyOf || copy.oneOf
  if (copy.type === 'object' && copy.properties && !('additionalProperties' in copy) && !composed) {
    copy.additionalProperties = false
  }
  return copy
}

function validator(api) {
  const require = createRequire(join(tools, 'x.js'))
  const { default: Ajv } = require('ajv/dist/2020.js')
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  require('ajv-formats')(ajv)
  ajv.addSchema(closed(api), 'api')
  return (schema, value, where) => {
    const pointer = schema.$ref ?? assert.fail(`${where}: the answer has no component schema`)
    const check = ajv.getSchema(`api${pointer}`) ?? ajv.compile({ $ref: `api${pointer}` })
    const good = check(value)
    const faults = (check.errors ?? []).slice(0, 5)
      .map((fault) => `${fault.instancePath} ${fault.message} ${JSON.stringify(fault.params)}`)
    assert.ok(good, `${where}: ${faults.join('; ')}`)
  }
}

const bodyName = (type) => `${type.replace(/(^|-)([a-z])/g, (all, dash, letter) => letter.toUpperCase())}Body`

describe('answers follow the description', { skip: noAjv }, () => {
  let folder, node, api, validate
  const records = {} // keys of each type that the sample has

  before(async () => {
    folder = await newFolder()
    await ok(['init', '--data', join(folder, 'data'), '--sample'])
    node = await Node.start(join(folder, 'data'))
    api = await node.json('/api/openapi.json')
    validate = validator(api)
    const { counts } = await node.json('/api/v1/node')
    for (const type of Object.keys(counts).filter((name) => counts[name] > 0)) {
      const { items } = await node.json('/api/v1/search', { type, limit: 200 })
      records[type] = items.map((item) => item.key)
    }
  })
  after(async () => {
    await node?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  const schemaOf = (path, status) => {
    const answers = api.paths[path].get.responses
    const content = (answers[status] ?? answers.default)?.content ?? {}
    return Object.values(content).find((kind) => kind.schema)?.schema
  }

  async function ask(path, url, status = 200, lang = 'zh') {
    const answer = await node.fetch(url, { headers: { 'accept-language': lang } })
    assert.equal(answer.status, status, `${url} answered ${answer.status}`)
    const value = await answer.json()
    if (status === 200) {
      validate(schemaOf(path, status), value, url)
    } else {
      assert.match(answer.headers.get('content-type'), /^application\/problem\+json/, url)
      assert.equal(value.status, status, url)
      validate({ $ref: '#/components/schemas/Problem' }, value, url)
    }
    return value
  }

  it('of every route that answers JSON', async () => {
    const key = records.person[0]
    const towns = '/api/v1/indexes/specialised-town/releases'
    const { releases } = await node.json('/api/v1/indexes/specialised-town')
    await ok(['harvest', '--data', node.data, 'add', 'library', 'http://127.0.0.1:9/oai', '--every', '0', '--retries', '0'])
    await ok(['harvest', '--data', node.data, 'add', 'new', 'http://127.0.0.1:9/oai', '--every', '0'])
    assert.equal((await run(['harvest', '--data', node.data, 'run', 'library'])).code, 1) // loopback is not allowed
    const examples = {
      '/healthz': ['/healthz'],
      '/api/v1/node': ['/api/v1/node'],
      '/api/v1/types': ['/api/v1/types'],
      '/api/v1/types/{type}': Object.keys(records).map((type) => `/api/v1/types/${type}`),
      '/api/v1/types/{type}/schema': ['/api/v1/types/paper/schema'],
      '/api/v1/mappings/schema': ['/api/v1/mappings/schema'],
      '/api/v1/codes/{list}': ['area', 'ipc', 'openness'].map((list) => `/api/v1/codes/${list}?limit=50`),
      '/api/v1/suggest': ['?q=', '?q=gz', '?q=电子&type=instrument', '?q=zhong&lang=en&limit=0'].map((query) => `/api/v1/suggest${encodeURI(query)}`),
      '/api/v1/tour': ['/api/v1/tour'],
      '/api/v1/glossary': ['/api/v1/glossary', '/api/v1/glossary?q=wzd', '/api/v1/glossary?q=zqnothing'],
      '/api/v1/identifiers': ['/api/v1/identifiers'],
      '/api/v1/identifiers/{scheme}/{value}': ['issn/0317-8472', 'issn/0317-8471', 'isbn/12', 'uscc/9144030O708461136T', 'area-code/440100', 'doi/10.99999%2Fxietong.sample.mould.1', 'standard-number/2023']
        .map((one) => `/api/v1/identifiers/${one}`),
      '/api/v1/search': ['?q=电镜', '?q=电镜的自动检测方法&type=patent', '?q=机器人 焊接 水产&match=pieces&syn=0', '?q=', '?q=机器人&facets=type,area,year', '?q=(机器人 OR&limit=3', '?sort=date', '?limit=0',
        '?facets=type,area,year,subject,industry,organisation,kind,level,state&sort=title&limit=50', '?area=440000']
        .map((query) => `/api/v1/search${encodeURI(query)}`),
      '/api/v1/cross': ['?rows=area&rows_under=440000&columns=subject', '?rows=organisation.area&columns=year&column_values=3&type=paper&lang=en', '?rows=kind&columns=state&q=zqnothing']
        .map((query) => `/api/v1/cross${query}`),
      '/api/v1/records/{type}/{id}': [`/api/v1/records/${key}`],
      '/api/v1/records/{type}/{id}/citation': [`/api/v1/records/${key}/citation`],
      '/api/v1/data': ['/api/v1/data'],
      '/api/v1/records/{type}/{id}/history': [`/api/v1/records/${key}/history`],
      '/api/v1/records/{type}/{id}/links':
        [`/api/v1/records/${key}/links?field=authors&role=authored_by&from=paper`,
          `/api/v1/records/${key}/links?field=nothing&role=none&from=paper`],
      '/api/v1/changes': ['/api/v1/changes', '/api/v1/changes?after=-20', '/api/v1/changes?limit=1000'],
      '/api/v1/indexes': ['/api/v1/indexes'],
      '/api/v1/indexes/{index}': ['specialised-town', 'provinces-innovation'].map((name) => `/api/v1/indexes/${name}`),
      '/api/v1/indexes/{index}/releases/{release}': [`${towns}/current`, `${towns}/${releases[0].release}`],
      '/api/v1/indexes/{index}/releases/{release}/ahead': [`${towns}/current/ahead?unit=ex-01&than=ex-02&than=ex-03`],
      '/api/v1/indexes/{index}/releases/{release}/top': [`${towns}/current/top`, `${towns}/current/top?k=1`],
      '/api/v1/observations': ['', '?limit=1000', '?area=ex-01&period=2020&revisions=true', '?indicator=kind&limit=3',
        '?area=440118', '?as_of=2020-01-01'].map((query) => `/api/v1/observations${query}`),
      '/api/v1/jobs': ['/api/v1/jobs'],
      '/api/v1/sources': ['/api/v1/sources', '/api/v1/sources?limit=1'],
      '/api/v1/sources/{name}': ['/api/v1/sources/library', '/api/v1/sources/new?after=x'],
      '/api/v1/jobs/{key}': (await node.json('/api/v1/jobs')).items.slice(0, 2).map((job) => `/api/v1/jobs/${job.key}`),
    }
    for (const [path, methods] of Object.entries(api.paths)) {
      const schema = methods.get && schemaOf(path, 200)
      if (!schema?.$ref) continue // a file, a page, text
      assert.ok(examples[path]?.length > 0, `no example of GET ${path} in this test`)
      for (const url of examples[path]) {
        for (const lang of ['zh', 'en']) await ask(path, url, 200, lang)
      }
    }
  })

  it('of every record of the sample, its body by the schema of its type', async () => {
    let seen = 0
    for (const [type, keys] of Object.entries(records)) {
      for (const key of keys) {
        const record = await ask('/api/v1/records/{type}/{id}', `/api/v1/records/${key}`)
        validate({ $ref: `#/components/schemas/${bodyName(type)}` }, record.body, key)
        for (const [field, source] of Object.entries(record.provenance)) {
          assert.ok(field in record.body, `${key}: provenance of ${field}, which is not there`)
          assert.ok(source >= 0 && source < record.sources.length, `${key}: ${field} is from no source`)
        }
        for (const link of record.links) assert.ok(link.field in record.body, `${key}: a link of ${link.field}`)
        for (const group of record.backlinks) {
          assert.ok(group.items.length > 0 && group.items.length <= group.total, `${key}: ${group.field} from ${group.type}`)
        }
        seen++
      }
    }
    assert.ok(seen > 100, `only ${seen} records`)
  })

  it('shows the public no field that is for members or officers', async () => {
    const { items } = await node.json('/api/v1/types')
    const guarded = Object.fromEntries(items.map(({ type, fields }) =>
      [type, fields.filter((field) => field.visibility && field.visibility !== 'public').map((field) => field.name)]))
    for (const [type, keys] of Object.entries(records)) {
      for (const key of keys) {
        const record = await node.json(`/api/v1/records/${key}`)
        const history = await node.json(`/api/v1/records/${key}/history`)
        const shown = [...Object.keys(record.body), ...Object.keys(record.provenance), ...Object.keys(record.labels),
          ...record.facts.map((fact) => fact.field), ...record.links.map((link) => link.field),
          ...history.items.flatMap((item) => Object.keys(item.body))]
        for (const field of guarded[type]) assert.ok(!shown.includes(field), `${key} shows ${field}`)
        for (const group of record.backlinks) {
          assert.ok(!guarded[group.type].includes(group.field), `${key} shows who names it as ${group.field}`)
        }
      }
    }
  })

  it('of the pages that next leads to', async () => {
    for (const [path, url] of [['/api/v1/search', '/api/v1/search?limit=7'], ['/api/v1/changes', '/api/v1/changes?limit=7']]) {
      let next = url
      for (let page = 0; page < 3 && next; page++) next = (await ask(path, next)).next
    }
  })

  it('of what is refused', async () => {
    const record = '/api/v1/records/{type}/{id}'
    await ask(record, '/api/v1/records/paper/01ARZ3NDEKTSV4RRFFQ69G5FAV', 404)
    await ask(record, '/api/v1/records/nonsense/01ARZ3NDEKTSV4RRFFQ69G5FAV', 404)
    await ask(`${record}/history`, `/api/v1/records/${records.person[0]}/history?cursor=x`, 400)
    await ask(`${record}/links`, `/api/v1/records/${records.person[0]}/links`, 400)
    await ask('/api/v1/search', '/api/v1/search?limit=9999&nonsense=1&facets=none', 400)
    await ask('/api/v1/search', '/api/v1/search?cursor=nonsense', 400)
    await ask('/api/v1/codes/{list}', '/api/v1/codes/nonsense', 404)
    await ask('/api/v1/types/{type}', '/api/v1/types/nonsense', 404)
  })
})
