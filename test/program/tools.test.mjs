// What the build and the checks run: files are packed the same wherever they lie, and each check finds its fault.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { top, withFolder } from '../lib/node.mjs'

const python = (args) => promisify(execFile)('python3', args, { timeout: 30_000 })

async function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

describe('pack', () => {
  const outputs = ['xt.pack', 'index.c', 'pack.S']

  async function pack(source) {
    const out = join(source, 'out')
    await mkdir(out)
    await cp(join(top, 'tools/no-page.html'), join(source, 'tools/no-page.html'))
    await python([join(top, 'tools/pack.py'), '--depfile', join(out, 'd'), '--out',
      ...outputs.map((name) => join(out, name)), source, join(source, 'gen')])
    return Promise.all(['xt.pack', 'index.c'].map((name) => readFile(join(out, name), 'latin1')))
  }
  const sources = {
    'region/types/b.json': '{}', 'region/types/README.md': 'not packed', 'region/types/a.json': '[]',
    'gen/region/codes/area.tsv': 'made', 'src/store/sql/001-store.sql': 'SELECT 1;', 'src/store/store.c': '',
  }

  it('gives the same bytes from another folder', () => withFolder(async (one) => withFolder(async (other) => {
    await write(one, sources)
    await write(join(other, 'deeper'), sources)
    const first = await pack(one)
    assert.deepEqual(await pack(join(other, 'deeper')), first)
    assert.deepEqual([...first[1].matchAll(/^ {4}\{"([^"]+)"/gm)].map((row) => row[1]), ['region/codes/area.tsv',
      'region/types/a.json', 'region/types/b.json', 'sql/store/001-store.sql', 'web/index.html'])
  })))

  it('refuses two files for one path', () => withFolder(async (folder) => {
    await write(folder, { ...sources, 'gen/region/types/a.json': '{}' })
    await assert.rejects(pack(folder), /are both packed as region\/types\/a\.json/)
  }))
})

describe('check-source', () => {
  const registry = `registry.${'npmjs'}.org`
  const faults = [
    ['layers', { 'src/store/a.c': '#include "search/search.h"\n' }, 'src/store/a.c:1: "search/search.h": search stands below store'],
    ['layers', { 'src/search/a.c': '\n#include "store/store_priv.h"\n' }, 'src/search/a.c:2: "store/store_priv.h" is for the room store only'],
    ['layers', { 'src/store/a.c': '#include "cellar/a.h"\n' }, 'src/store/a.c:1: "cellar/a.h" is in no room'],
    ['layers', { 'src/cellar/a.c': '' }, 'src/cellar/a.c:1: the room cellar is not in the list of src/meson.build'],
    ['sql', { 'src/store/sql/1.sql': 'CREATE TABLE a (\n    id INTEGER -- number\n);\n' }, 'src/store/sql/1.sql:1: the table a has no comment'],
    ['sql', { 'src/store/sql/1.sql': '-- A.\nCREATE TABLE a (\n    id INTEGER CHECK (id IN (1,\n        2)),\n    b TEXT -- b\n);\n' },
      'src/store/sql/1.sql:3: the column id has no comment'],
    ['messages', { 'src/base/msg.def': 'X(A, "甲", "a")\nX(A, "乙", "b")\n' }, 'src/base/msg.def:2: A stands in line 1 already'],
    ['messages', { 'src/base/msg.def': 'X(A, "甲 {1}", "a")\n' }, 'src/base/msg.def:1: A does not use the same arguments in both languages'],
    ['messages', { 'src/base/msg.def': 'X(A, "甲", "")\n' }, 'src/base/msg.def:1: A lacks a language'],
    ['addresses', { 'docs/a.md': `\nnpm config set registry https://${registry}/\n` }, 'docs/a.md:2: names a package registry'],
  ]

  for (const [check, files, said] of faults) {
    it(`${check}: ${said}`, () => withFolder(async (folder) => {
      const good = {
        'src/meson.build': "xt_rooms = [\n  'base', 'store', 'search',\n]\n", 'src/base/msg.def': 'X(A, "甲 {1}", "a {1}")\n',
        'src/store/store.c': '#include "base/base.h"\n#include "store/store_priv.h"\n',
        'src/store/test_store.c': '#include "search/search.h"\n',
        'src/store/sql/0.sql': '-- A.\nCREATE TABLE a (\n    -- its number\n    id INTEGER,\n    b TEXT, -- b\n    PRIMARY KEY (id)\n);\n',
      }
      await write(folder, good)
      await cp(join(top, 'tools/check-source.py'), join(folder, 'tools/check-source.py'))
      await promisify(execFile)('git', ['init', '--quiet', folder])
      const tool = join(folder, 'tools/check-source.py')
      assert.equal((await python([tool, check])).stdout, '')
      await write(folder, files)
      const failure = await python([tool, check]).then(() => assert.fail('it found nothing'), (error) => error)
      assert.equal(failure.stdout.trim(), said)
    }))
  }
})
