// A small OAI-PMH repository on loopback for tests of the harvester: records made here, or answers that were recorded.
// What it does wrong is told to it, one fault at a time.
import { createServer } from 'node:http'

/** Listens on a free port; answer(url, request, response) gives a string (status 200) or answers itself. { url, asked, close } */
export async function serve(answer, { create = createServer } = {}) {
  const asked = []
  const open = new Set()
  const server = create(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    asked.push(url)
    try {
      const text = await answer(url, request, response)
      if (text !== undefined && !response.writableEnded) {
        if (!response.headersSent) response.setHeader('content-type', 'text/xml; charset=utf-8')
        response.end(text)
      }
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    }
  })
  server.on('connection', (socket) => { open.add(socket); socket.on('close', () => open.delete(socket)) })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const scheme = create === createServer ? 'http' : 'https'
  return {
    url: `${scheme}://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    asked,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

export const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export function envelope(body, { date = '2026-03-05T08:00:00Z' } = {}) {
  return `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>${date}</responseDate><request>http://example.org/oai</request>${body}</OAI-PMH>`
}

export function identify({ deleted = 'persistent', granularity = 'YYYY-MM-DDThh:mm:ssZ', name = 'A repository' } = {}) {
  return envelope(`<Identify><repositoryName>${name}</repositoryName><baseURL>http://example.org/oai</baseURL>
<protocolVersion>2.0</protocolVersion><adminEmail>admin@example.org</adminEmail><earliestDatestamp>2000-01-01T00:00:00Z</earliestDatestamp>
<deletedRecord>${deleted}</deletedRecord><granularity>${granularity}</granularity></Identify>`)
}

export const oaiError = (code, text = '') => envelope(`<error code="${code}">${text}</error>`)

export function dcRecord({ id, stamp = '2026-01-02T03:04:05Z', title = `Title ${id}`, deleted = false, dc = '' }) {
  if (deleted) return `<record><header status="deleted"><identifier>${id}</identifier><datestamp>${stamp}</datestamp></header></record>`
  return `<record><header><identifier>${id}</identifier><datestamp>${stamp}</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>${escape(title)}</dc:title>${dc}</oai_dc:dc></metadata></record>`
}

/**
 * A repository of records that may be changed while it serves. records: Map of id to { stamp, title, deleted, dc }.
 * It forgets deleted ones that are taken out of the map. hooks: { list(url, give) } may answer a list request otherwise.
 */
export class Repository {
  constructor({ count = 0, page = 100, deleted = 'persistent', granularity, clock = '2026-03-05T08:00:00Z' } = {}) {
    Object.assign(this, { page, deleted, granularity, clock, records: new Map(), hook: null, forget: false })
    for (let i = 1; i <= count; i++) this.put(i)
  }

  put(i, change = {}) {
    const id = typeof i === 'number' ? `oai:example.org:${String(i).padStart(6, '0')}` : i
    this.records.set(id, { id, stamp: '2026-01-02T03:04:05Z', title: `Title ${id}`, ...this.records.get(id), ...change })
    return id
  }

  /** The answer to a request as a text. */
  answer(url) {
    const query = url.searchParams
    const verb = query.get('verb')
    if (verb === 'Identify') return identify({ deleted: this.deleted, granularity: this.granularity })
    if (verb !== 'ListRecords' && verb !== 'ListIdentifiers') return oaiError('badVerb')
    let at = 0
    let from = query.get('from') ?? ''
    const token = query.get('resumptionToken')
    if (token !== null) {
      const parts = /^(\d+)\|([^|]*)$/.exec(token)
      if (!parts || this.forget) return oaiError('badResumptionToken')
      at = Number(parts[1])
      from = parts[2]
    }
    const all = [...this.records.values()].filter((record) => record.stamp >= from).sort((a, b) => (a.id < b.id ? -1 : 1))
    if (all.length === 0) return oaiError('noRecordsMatch')
    const items = all.slice(at, at + this.page)
    const next = at + this.page < all.length ? `${at + this.page}|${from}` : ''
    return this.list(verb, items, next, all.length)
  }

  list(verb, items, next, size) {
    const body = items.map((item) => {
      const text = dcRecord(item)
      return verb === 'ListRecords' ? text : /<header[\s\S]*?<\/header>/.exec(text)[0]
    }).join('')
    const token = next || size > this.page ? `<resumptionToken completeListSize="${size}">${escape(next)}</resumptionToken>` : ''
    return envelope(`<${verb}>${body}${token}</${verb}>`, { date: this.clock })
  }

  /** Serves it; the hook sees each request first. */
  serve() {
    return serve(async (url, request, response) => {
      const other = this.hook ? await this.hook(url, request, response) : null
      return other === null ? this.answer(url) : other
    })
  }
}
