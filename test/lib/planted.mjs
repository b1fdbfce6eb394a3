// Records with markup and script in every text that their types take.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importCounts, run } from './node.mjs'

export const PLANTED = [
  '<script>window.planted=1</script>', '</script><script>window.planted=2</script>', '<img src=x onerror="window.planted=3">',
  '"><svg onload=window.planted=4>', "' autofocus onfocus='window.planted=5", '<!-- <script> ', ']]>', '\u2028window.planted=6\u2029', '&lt;b&gt; &amp;',
  '{{constructor.constructor("window.planted=7")()}}', '${window.planted=8}', '</title></textarea></style><script>window.planted=9</script>',
].join(' ')

/** An address that is one, with what would end an attribute that is not quoted well. */
const ADDRESS = "https://example.org/?a='onfocus='window.planted=10&b=%3Cscript%3E"

async function valueOf(field, checks, codeOf) {
  const text = [...PLANTED].slice(0, field.max ?? 500).join('').trim()
  switch (field.kind) {
    case 'string': case 'text': return field.pattern ? undefined : text
    case 'identifier': return checks[field.scheme] === 'none' && !field.pattern ? [...text].slice(0, field.max ?? 60).join('').trim() : undefined
    case 'url': return ADDRESS
    case 'link': return { label: text }
    case 'date': return '2024-02-29'
    case 'group': return bodyOf(field.fields, checks, codeOf)
    case 'code': return field.required ? codeOf(field.codes) : undefined
    case 'bool': return field.required ? true : undefined
    case 'year': return field.required ? 2024 : undefined
    default: return field.required ? 1 : undefined
  }
}

async function bodyOf(fields, checks, codeOf) {
  const body = {}
  for (const field of fields) {
    const value = await valueOf(field, checks, codeOf)
    if (value !== undefined && (field.kind !== 'group' || Object.keys(value).length > 0)) body[field.name] = field.many ? [value] : value
  }
  return body
}

/** Imports one such record of every type; checks are the rules of the schemes by name, codeOf gives a code of a list. */
export async function plant(data, folder, types, checks, codeOf) {
  await mkdir(folder, { recursive: true })
  for (const type of types) {
    const file = join(folder, `${type.type}.jsonl`)
    await writeFile(file, JSON.stringify({ _key: `planted-${type.type}`, ...(await bodyOf(type.fields, checks, codeOf)) }) + '\n')
    const done = await run(['import', '--data', data, '--type', type.type, file])
    if (importCounts(done.out).stored !== 1) throw new Error(`${type.type}: ${done.out}${done.err}`)
  }
}
