// Writes src/api/generated.ts from an OpenAPI 3.1 description:
//   xietong openapi | node scripts/api-types.mjs        or        node scripts/api-types.mjs openapi.json [OUT.ts]
// One exported TypeScript type for each of components.schemas, and a check that types.ts agrees with them.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const doc = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8'))
const schemas = doc.components?.schemas ?? {}
const name = (text) => text.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, __, c) => c.toUpperCase())
const key = (text) => (/^[A-Za-z_$][\w$]*$/.test(text) ? text : JSON.stringify(text))

function typeOf(schema, indent) {
  if (schema === true || schema === undefined) return 'unknown'
  if (schema === false) return 'never'
  if (schema.$ref) return name(schema.$ref.split('/').pop())
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const several = schema.oneOf ?? schema.anyOf
  if (several) return several.map((one) => typeOf(one, indent)).join(' | ')
  if (schema.allOf) return schema.allOf.map((one) => `(${typeOf(one, indent)})`).join(' & ')
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ')
  }
  switch (schema.type) {
    case 'null': return 'null'
    case 'boolean': return 'boolean'
    case 'integer':
    case 'number': return 'number'
    case 'string': return 'string'
    case 'array': return `(${typeOf(schema.items, indent)})[]`
  }
  if (schema.type === 'object' || schema.properties) return objectOf(schema, indent)
  return 'unknown'
}

function objectOf(schema, indent) {
  const required = new Set(schema.required ?? [])
  const inner = indent + '  '
  const lines = Object.entries(schema.properties ?? {}).map(
    ([field, value]) => `${inner}${key(field)}${required.has(field) ? '' : '?'}: ${typeOf(value, inner)}`)
  const rest = schema.additionalProperties
  if (lines.length === 0) {
    // Spelled out, as any schema may itself be called Record.
    return `{ [name: string]: ${rest && typeof rest === 'object' ? typeOf(rest, indent) : 'unknown'} }`
  }
  if (rest && typeof rest === 'object') lines.push(`${inner}[more: string]: unknown`)
  return `{\n${lines.join('\n')}\n${indent}}`
}

const text = Object.entries(schemas)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([title, schema]) => `export type ${name(title)} = ${typeOf(schema, '')}\n`)
  .join('\n')
// What the page reads (types.ts) must be what the API answers: the type check of the page fails where it is not.
const READ = {
  NodeInfo: 'Node', TypeList: 'TypeList', SearchAnswer: 'SearchAnswer', CrossAnswer: 'Cross', RecordAnswer: 'Record', HistoryPage: 'History',
  ChangePage: 'ChangeList', BacklinkPage: 'Backlinks', Problem: 'Problem',
  CitationAnswer: 'Citations', DataSummary: 'DataSummary',
  IndexList: 'IndexList', IndexItem: 'IndexSummary', AheadAnswer: 'IndexAhead', TopAnswer: 'IndexTop', ObservationPage: 'ObservationList',
}
const agreed = Object.entries(READ).filter(([, schema]) => schema in schemas)
  .map(([page, schema]) => `export const as${page} = (answer: ${name(schema)}): Page.${page} => answer\n`)
const agreement = agreed.length ? `\nimport type * as Page from './types'\n\n${agreed.join('')}` : ''

const out = process.argv[3] ?? fileURLToPath(new URL('../src/api/generated.ts', import.meta.url))
writeFileSync(out, `// Written by scripts/api-types.mjs from the node's OpenAPI description. Do not edit.\n\n${text}${agreement}`)
console.log(`${Object.keys(schemas).length} types written to ${out}`)
