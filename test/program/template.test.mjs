// Forms to fill in, over HTTP: GET /api/v1/types/{type}/template.csv and .xlsx.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCounts, ok, withData, withNode } from '../lib/node.mjs'

it('gives a CSV and a workbook with the labels of the asked language, which import without a row', () => withData((data) =>
  withNode(data, async (node) => {
    const csv = await node.fetch('/api/v1/types/instrument/template.csv')
    assert.equal(csv.status, 200)
    assert.match(csv.headers.get('content-type'), /^text\/csv/)
    assert.match(csv.headers.get('content-disposition'), /instrument\.csv/)
    assert.match(await csv.text(), /^\uFEFF?_key,.*名称/)
    const english = await (await node.fetch('/api/v1/types/instrument/template.csv?lang=en')).text()
    assert.match(english, /^\uFEFF?_key,.*Name/)
    const book = Buffer.from(await (await node.fetch('/api/v1/types/instrument/template.xlsx')).arrayBuffer())
    assert.equal(book.subarray(0, 2).toString(), 'PK')
    assert.equal((await node.fetch('/api/v1/types/nothing/template.csv')).status, 404)
    const file = join(data, '..', 'form.xlsx')
    await writeFile(file, book)
    assert.equal(importCounts(await ok(['import', '--data', data, '--type', 'instrument', file])).seen, 0)
  }), []))
