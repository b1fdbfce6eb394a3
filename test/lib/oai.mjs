// What the tests of OAI-PMH share: asking, turning pages, reading what is in them, and a second copy kept from a harvest.

/** Asks; params is an object or a query as it stands. Gives { status, text, headers }. */
export async function ask(node, params, { post = false, headers = {} } = {}) {
  const query = typeof params === 'string' ? params : new URLSearchParams(params).toString()
  const answer = post
    ? await node.fetch('/oai', { method: 'POST', body: query, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
    : await node.fetch(`/oai?${query}`, { headers })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

const undo = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }
export const unescape = (text) => text.replace(/&(lt|gt|quot|amp);/g, (entity) => undo[entity])

/** The code of the error, or undefined. */
export const errorOf = (text) => /<error code="([^"]+)"/.exec(text)?.[1]

/** { token, size, cursor }: token undefined without the element, '' at the end of a list. */
export function tokenOf(text) {
  const found = /<resumptionToken((?: [a-zA-Z]+="\d+")*)>([^<]*)<\/resumptionToken>/.exec(text)
  if (!found) return {}
  const number = (name) => { const n = new RegExp(`${name}="(\\d+)"`).exec(found[1]); return n ? Number(n[1]) : undefined }
  return { token: unescape(found[2]), size: number('completeListSize'), cursor: number('cursor') }
}

/** The headers of a page: { id, stamp, deleted, sets, metadata }. */
export function recordsOf(text) {
  return [...text.matchAll(/<header( status="deleted")?><identifier>([^<]*)<\/identifier><datestamp>([^<]*)<\/datestamp>(.*?)<\/header>(?:<metadata>([^]*?)<\/metadata>)?/g)]
    .map(([, deleted, id, stamp, sets, metadata]) => ({
      id: unescape(id), stamp, deleted: Boolean(deleted), metadata,
      sets: [...sets.matchAll(/<setSpec>([^<]*)<\/setSpec>/g)].map((set) => set[1]),
    }))
}

/** The pages of a list, one after the other: { text, records, token, size, cursor }. Calls between(page) before each next one. */
export async function* pages(node, params, { between, ...options } = {}) {
  let next = params
  for (let n = 0; n < 10_000; n++) {
    const { status, text } = await ask(node, next, options)
    if (status !== 200) throw new Error(`${JSON.stringify(next)} answered ${status}: ${text.slice(0, 500)}`)
    const page = { text, records: recordsOf(text), error: errorOf(text), ...tokenOf(text) }
    yield page
    if (!page.token) return
    await between?.(page)
    next = { verb: params.verb, resumptionToken: page.token }
  }
  throw new Error('the list does not end')
}

/** The whole list, in order. */
export async function harvest(node, params, options) {
  const all = []
  for await (const page of pages(node, params, options)) {
    if (page.error && page.error !== 'noRecordsMatch') throw new Error(page.error)
    all.push(...page.records)
  }
  return all
}

/** What a harvester holds afterwards: by identifier the last that was said. */
export function keep(copy, records) {
  for (const record of records) {
    if (record.deleted) copy.delete(record.id)
    else copy.set(record.id, record)
  }
  return copy
}
