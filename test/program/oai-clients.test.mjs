// Harvesters that others wrote: HTTP::OAI and Catmandu (Debian), oai-pmh (npm, run as a program). Each takes the whole list over
// several pages, with deletions, and what it reads is what was stored.
// time limit: 300 s
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { Node, newFolder, ok, top } from '../lib/node.mjs'
import { harvest } from '../lib/oai.mjs'

const PAPERS = 730
const client = join(top, 'tools/node_modules/oai-pmh/bin/oai-pmh')
const program = (file, args) => promisify(execFile)(file, args, { timeout: 90_000, maxBuffer: 1 << 27, env: { ...process.env, LC_ALL: 'C.UTF-8' } }).then(({ stdout }) => stdout)
const has = (module) => promisify(execFile)('perl', [`-M${module}`, '-e', '1']).then(() => false, () => `the Perl module ${module} is not installed`)
const noHttpOai = await has('HTTP::OAI'), noCatmandu = await has('Catmandu::OAI')

const PERL = `use HTTP::OAI; binmode STDOUT, ':utf8'; my ($url, $prefix) = @ARGV;
my $client = HTTP::OAI::Harvester->new(baseURL => $url);
my $identity = $client->Identify; die $identity->message if $identity->is_error;
my $list = $client->ListRecords(metadataPrefix => $prefix, onRecord => sub {
  my $record = shift;
  print join("\\t", $record->identifier, $record->datestamp, $record->is_deleted ? 'deleted' : $record->metadata->dom->toString =~ s/[\\t\\n]/ /gr), "\\n";
});
die $list->code . ' ' . $list->message if $list->is_error;
my $none = $client->ListRecords(metadataPrefix => $prefix, from => '2199-01-01');
print 'error ', join(',', map { $_->code } $none->errors), "\\n";
`

describe('harvesters that others wrote', () => {
  let folder, data, node, url, expected
  before(async () => {
    folder = await newFolder()
    data = join(folder, 'data')
    const file = join(folder, 'papers.jsonl')
    const rows = []
    for (let i = 0; i < PAPERS; i++) rows.push(JSON.stringify({ _key: `k${i}`, title: `第${i}篇 <b>“甲&乙”</b> ]]> 😀`, authors: [{ label: `作者${i}` }], published_on: '2024', area: i % 2 ? '440106' : '440300' }))
    await writeFile(file, rows.join('\n') + '\n')
    await ok(['init', '--data', data, '--name', 'kejichu.example.cn'])
    await ok(['import', '--data', data, '--type', 'paper', file])
    node = await Node.start(data)
    url = `${node.url}/oai`
    const ids = (await harvest(node, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc' })).map((record) => record.id.split(':').pop())
    await ok(['delete', '--data', data, ...ids.slice(3, 8)])
    expected = await harvest(node, { verb: 'ListRecords', metadataPrefix: 'oai_dc' })
    assert.equal(expected.length, PAPERS)
  })
  after(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const prefix of ['oai_dc', 'xt', 'oai_cerif_openaire_1.2']) {
    it(`HTTP::OAI takes ${prefix}`, { skip: noHttpOai }, async () => {
      const file = join(folder, 'harvest.pl')
      await writeFile(file, PERL)
      const lines = (await program('perl', [file, url, prefix])).trimEnd().split('\n')
      assert.equal(lines.pop(), 'error noRecordsMatch')
      const records = lines.map((line) => line.split('\t'))
      assert.equal(records.length, PAPERS)
      assert.equal(new Set(records.map(([id]) => id)).size, PAPERS)
      assert.equal(records.filter(([, , what]) => what === 'deleted').length, 5)
      assert.ok(records.filter(([, , what]) => what !== 'deleted').every(([, , xml]) => /第\d+篇 &lt;b&gt;“甲&amp;乙”&lt;\/b&gt; \]\]&gt; 😀/.test(xml)), records[0][2])
      if (prefix === 'oai_dc') assert.deepEqual(records.map(([id, stamp]) => [id, stamp]), expected.map((record) => [record.id, record.stamp]))
    })
  }

  it('Catmandu takes a set', { skip: noCatmandu }, async () => {
    const rows = JSON.parse(await program('catmandu', ['convert', 'OAI', '--url', url, '--metadataPrefix', 'oai_dc', '--set', 'area:440106', 'to', 'JSON']))
    const members = expected.filter((record) => record.sets.includes('area:440106'))
    assert.deepEqual(rows.filter((row) => row._status !== 'deleted').map((row) => row._id), members.filter((record) => !record.deleted).map((record) => record.id))
    assert.ok(rows.some((row) => row.title?.[0]?.startsWith('第') && row.title[0].includes('<b>“甲&乙”</b> ]]> 😀')))
  })

  it('oai-pmh of npm takes identifiers, records, sets and formats', { skip: existsSync(client) ? false : 'oai-pmh is not installed (npm ci in tools/)' }, async () => {
    // It ends before a pipe has taken what it wrote: a file takes it at once.
    const out = join(folder, 'out.jsonl')
    const json = async (...args) => {
      await program('sh', ['-c', 'exec node "$@" >"$0"', out, client, ...args])
      return (await readFile(out, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line))
    }
    const heads = await json('list-identifiers', url, '-p', 'xt')
    assert.deepEqual(heads.map((head) => head.identifier), expected.map((record) => record.id))
    const records = await json('list-records', url, '-p', 'oai_dc', '-s', 'type:paper')
    assert.equal(records.length, PAPERS)
    const kept = records.find((record) => record.metadata)
    assert.match(JSON.stringify(kept), /第\d+篇 <b>“甲&乙”<\/b> \]\]> 😀/)
    assert.ok((await json('list-sets', url)).some((set) => set.setSpec === 'area:440106'))
    assert.equal((await json('list-metadata-formats', url)).flat().length, 4)
  })
})
