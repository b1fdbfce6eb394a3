// What the API answers, as far as the page reads it. generated.ts, made from the API's own description, is checked
// against this file: a node that answers otherwise does not get past the type check.

export interface Label { zh: string; en?: string }

export interface NodeInfo {
  name: string
  region: Label
  /** The region's code among the areas. */
  area: string | null
  version: string
  seq: number
  time_zone: string
  counts: Record<string, number>
  total: number
  /** All facets of the region in their order. */
  facets: Array<{ name: string; label: string }>
  index: { engine: string; reached: number; seq: number; state: 'ready' | 'catching-up' | 'rebuilding' }
}

export type FieldKind =
  | 'string' | 'text' | 'integer' | 'decimal' | 'money' | 'bool' | 'date' | 'year'
  | 'code' | 'identifier' | 'url' | 'email' | 'link' | 'group'

export interface Field {
  name: string
  label: Label
  kind: FieldKind
  many?: boolean
  required?: boolean
  codes?: string
  scheme?: string
  identity?: boolean
  unit?: string
  facet?: string
  range?: string
  search?: string
  visibility?: string
  help?: Label
  to?: string[]
  role?: string
  fields?: Field[]
}

export interface RecordType {
  type: string
  label: Label
  plural?: Partial<Label>
  description?: Label
  title: string
  order?: number
  fields: Field[]
  sections?: Array<{ label?: Label; fields?: string[] }>
  facts?: string[]
  /** What a record's page gathers: records with its value of a facet, or those that link to it; the types shown first. */
  gather?: { facet?: string; by?: string; links?: boolean; show?: string[] }
  count?: number
}

/** schemes: the names of identifier schemes. */
export interface TypeList { items: RecordType[]; schemes?: Record<string, string>; resolvers?: Record<string, string> }

export interface Fact { field: string; label: string; value: string }

export interface SearchItem {
  key: string
  type: string
  type_label: string
  title: string
  highlight?: { title?: string | null; text?: string | null; field?: string | null }
  area?: string | null
  area_label?: string | null
  year?: number | null
  facts?: Fact[]
  updated?: string
}

/** parent: the value above it, in a facet that is a tree (districts in cities). */
export interface FacetValue { value: string; label: string; count: number; parent?: string }

/** A search with less asked for, where one found nothing. */
export interface Relaxed {
  how: 'synonyms' | 'pieces' | 'filter' | 'word'
  q: string
  match: 'phrase' | 'pieces'
  /** The filter that is left out, by name. */
  filter: string | null
  /** What is left out, in words. */
  part: string | null
  total: number
  relation: 'eq' | 'gte'
}

/** The value of a facet (type, place, term), or a record. */
export interface Suggestion {
  kind: 'type' | 'place' | 'term' | 'record'
  label: string
  /** What was typed stands between U+0002 and U+0003. */
  marked: string
  note: string | null
  facet?: string
  value?: string
  key?: string
  type?: string
}

export interface Suggestions { items: Suggestion[]; complete: boolean; took_us: number }

/** An example of the tour: a search (params) or what is typed for suggestions. */
export interface TourExample {
  says: string
  params?: Array<[string, string]>
  overview?: boolean
  typed?: string
  suggestions?: Suggestion[]
  total: number
  relation: 'eq' | 'gte'
  ignored?: Array<{ text: string; reason: string }>
  synonyms?: Array<{ word: string; also: string }>
}
export interface Tour { items: Array<{ name: string; label: string; about: string; examples: TourExample[] }> }

/** A word explained; of is the name of the type or kind of identifier it is. */
export interface Term { name: string; kind: 'term' | 'type' | 'identifier'; label: string; other_label: string; about: string; source: string | null; of: string | null }
export interface Glossary { total: number; items: Term[] }

export interface IdentifierWorking {
  parts: Array<{ sign: string; value: number; weight: number }>
  sum: number
  modulus: number
  rest: number
  given: string
  expected: string
}
export interface IdentifierKind {
  name: string
  label: string
  about: string | null
  form: string | null
  standard: string | null
  example: string | null
  resolve: string | null
  working: IdentifierWorking | null
  fields: Array<{ type: string; type_label: string; field: string; label: string; identity: boolean }>
}
export interface IdentifierKinds { items: IdentifierKind[] }
export interface IdentifierAnswer {
  given: string
  good: boolean
  value: string | null
  says: string
  mended: string | null
  working: IdentifierWorking | null
  records: Array<{ key: string; type: string; type_label: string; title: string }>
  more: boolean
}

export interface SearchAnswer {
  total: number
  relation?: 'eq' | 'gte'
  /** Share of all records that was looked at. */
  looked?: number
  items: SearchItem[]
  facets: Record<string, FacetValue[]>
  facet_labels?: Record<string, string>
  /** How many values a facet has in all; the answer holds the most frequent. */
  facet_distinct?: Record<string, number>
  query?: { text: string; understood?: string | null; ignored?: Array<{ text: string; reason: string }>; synonyms?: Array<{ word: string; also: string }> }
  relaxed?: Relaxed[]
  next: string | null
  took_us: number
}

/** One side of a table of two facets. path: the code that the values lie under, behind those above it. */
export interface CrossSide {
  facet: string
  label: string
  path: Array<{ value: string; label: string }>
  values: Array<{ value: string; label: string; count: number }>
}

/** counts: a row of numbers for each row. */
export interface CrossAnswer {
  total: number
  relation: 'eq' | 'gte'
  rows: CrossSide
  columns: CrossSide
  counts: number[][]
  took_us: number
}

export interface LinkValue { ref?: string; label: string }

export interface RecordLink {
  field: string
  role?: string
  label: string
  key: string | null
  scheme?: string
  value?: string
  type?: string | null
  deleted?: boolean
}

export interface BacklinkItem { key: string; title: string; date?: string | null }

export interface Backlinks {
  type: string
  field: string
  role: string
  role_label?: string
  total: number
  items: BacklinkItem[]
}

export interface BacklinkPage { items: BacklinkItem[]; next: string | null }

export interface RecordSource {
  node?: string
  source_key?: string
  origin: string
  mapping?: string | null
  file?: string | null
  row?: number | null
  datestamp?: string | null
  deleted?: boolean
}

export type Body = Record<string, unknown>

export interface RecordAnswer {
  key: string
  type: string
  title: string
  version: number
  seq: number
  created: string
  updated: string
  status?: string
  body: Body
  links?: RecordLink[]
  backlinks?: Backlinks[]
  identities?: Array<{ scheme: string; value: string }>
  sources?: RecordSource[]
  provenance?: Record<string, number>
  labels?: Record<string, Record<string, string>>
}

export interface HistoryItem {
  version: number
  seq: number
  at: string
  actor?: string | null
  action: string
  reason?: string | null
  body?: Body | null
}

export interface HistoryPage { items: HistoryItem[]; next: string | null }

export interface ChangeItem {
  seq: number
  at: string
  action: string
  /** The key of the record, where room is "catalog". */
  subject: string
  room?: string
  /** What it is called now, where it is a record to be seen. */
  title?: string | null
}

export interface ChangePage { items: ChangeItem[]; next?: string | null }

/** A release of an index in a list. periods and period are 0 where the index has none. */
export interface IndexRelease {
  release: string
  periods: number[]
  period: number
  units: number
  uncertainty: string | null
  published: string
  current: boolean
  note?: string | null
}

/** label, about and source in the reader's language; releases newest first. */
export interface IndexItem {
  name: string
  version: string | null
  label: string
  about: string | null
  source: string | null
  indicators: number
  releases: IndexRelease[]
}

export interface IndexList { items: IndexItem[] }

export interface AheadAnswer { unit: string; draws: number; items: Array<{ unit: string; ahead: number }> }
export interface TopAnswer { k: number; draws: number; items: Array<{ unit: string; probability: number }> }

/** value is null where the figure is missing, a text where it is one: the group of a unit. */
export interface ObservationItem {
  index: string
  indicator: string
  indicator_label?: string | null
  area: string
  area_name?: string | null
  period: string | number
  value: number | string | null
  unit?: string | null
  source?: string | null
  status?: string | null
  revision: number
  recorded: string
  note?: string | null
}

/** notes: of the area that was asked for, such as its earlier codes. */
export interface ObservationPage { items: ObservationItem[]; next?: string | null; notes?: string[] }

/** RFC 9457. */
export interface Problem {
  type?: string
  title?: string
  status?: number
  detail?: string
  request_id?: string
  deleted?: string
  problems?: Array<{ field?: string; code?: string; message: string }>
}

export interface CitationAnswer { key: string; gb7714: string; apa: string; bibtex: string; ris: string }

export interface DataShare { type: string; records: number; completeness: number }
export interface DataSource { name: string; origin: string; label: string | null; licence: string | null; types: DataShare[] }
export interface DataSummary {
  seq: number
  at: string
  records: number
  took_ms: number
  types: Array<DataShare & { updated: string | null; fields: Record<string, number> }>
  sources: DataSource[]
}
