// XML schemas for xmllint: those written for the tests (test/samples/oai), those a node serves, and the official ones where they
// are: XIETONG_SCHEMAS names a folder with
//   OAI-PMH.xsd, oai-identifier.xsd      of the protocol
//   cerif/openaire-cerif-profile.xsd     and its folders includes/ and vocabularies/: the OpenAIRE guideline for CRIS managers 1.2
//   pidinst-schema-1_0.xsd               of the RDA working group on identifiers of instruments
// They are not part of this repository. Nothing is loaded from other hosts.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { top } from './node.mjs'

const own = join(top, 'test/samples/oai')
const folder = process.env.XIETONG_SCHEMAS ?? join(process.env.XIETONG_DATA ?? join(top, '../shared/data'), 'schemas')

/** False where the official schemas are, else the reason to skip. */
export const noOfficial = existsSync(join(folder, 'OAI-PMH.xsd')) ? false : `no official schemas in ${folder} (XIETONG_SCHEMAS)`

const spaces = {
  envelope: 'http://www.openarchives.org/OAI/2.0/', identifier: 'http://www.openarchives.org/OAI/2.0/oai-identifier',
  dc: 'http://www.openarchives.org/OAI/2.0/oai_dc/', xt: 'urn:x-xietong:xt:1', pidinst: 'urn:x-xietong:pidinst:1.0',
  cerif: 'https://www.openaire.eu/cerif-profile/1.2/',
}

/** libxml2 does not know that "\:" and "\/" are ":" and "/" in a pattern; else the files stay as they are. */
async function plainPatterns(dir) {
  for (const name of await readdir(dir)) {
    const file = join(dir, name)
    if ((await stat(file)).isDirectory()) await plainPatterns(file)
    else if (name.endsWith('.xsd')) {
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replace(/(pattern value="[^"]*")/g, (pattern) => pattern.replace(/\\([:/])/g, '$1')))
    }
  }
}

/** Makes one schema of all in dir (a folder that the caller removes) and gives a function that validates files against it. */
export async function schemas(dir, node, { official = false } = {}) {
  const parts = { envelope: join(own, 'oai-pmh.xsd'), identifier: join(own, 'oai-identifier.xsd'), dc: join(own, 'oai_dc.xsd') }
  for (const name of ['xt', 'pidinst']) {
    parts[name] = join(dir, `${name}.xsd`)
    await writeFile(parts[name], await (await node.fetch(`/oai/${name}.xsd`)).text())
  }
  if (official) {
    await cp(folder, join(dir, 'official'), { recursive: true })
    await plainPatterns(join(dir, 'official'))
    Object.assign(parts, { envelope: join(dir, 'official/OAI-PMH.xsd'), identifier: join(dir, 'official/oai-identifier.xsd'),
      cerif: join(dir, 'official/cerif/openaire-cerif-profile.xsd') })
    // It has no namespace of its own: included, it takes that of the including one.
    await writeFile(parts.pidinst, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${spaces.pidinst}">
      <xs:include schemaLocation="official/pidinst-schema-1_0.xsd"/></xs:schema>`)
  }
  const all = join(dir, 'all.xsd'), catalog = join(dir, 'catalog.xml')
  await writeFile(all, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${Object.entries(parts)
    .map(([name, file]) => `<xs:import namespace="${spaces[name]}" schemaLocation="${file}"/>`).join('')}</xs:schema>`)
  await writeFile(catalog, `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <uri name="http://www.w3.org/2001/xml.xsd" uri="file://${own}/xml.xsd"/>
    <system systemId="http://www.w3.org/2001/xml.xsd" uri="file://${own}/xml.xsd"/></catalog>`)
  return async (...texts) => {
    const files = []
    for (const [n, text] of texts.entries()) {
      files.push(join(dir, `answer-${n}.xml`))
      await writeFile(files[n], text)
    }
    await promisify(execFile)('xmllint', ['--nonet', '--noout', '--schema', all, ...files],
      { timeout: 60_000, maxBuffer: 1 << 26, env: { ...process.env, XML_CATALOG_FILES: catalog } })
      .catch((error) => assert.fail((error.stderr || error.message).split('\n').filter((line) => / error |fails|failed/.test(line)).slice(0, 12).join('\n').slice(0, 3000)))
  }
}
