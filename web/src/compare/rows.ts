// Records side by side: their fields joined by what they are called, and the text by which values are told apart and saved.
import type { Body, Field, RecordAnswer, RecordType } from '../api/types'
import { inWords } from '../i18n'
import { money, number } from '../lib/format'
import { asBody, asLink, asList, codeLabel, filledSections, isEmpty } from '../lib/record'

export interface Cell { field: Field; record: RecordAnswer; text: string }
export interface Row { label: string; cells: Array<Cell | null>; differs: boolean }

export interface Words { yes: string; no: string; then: string }

function textOf(field: Field, value: unknown, record: RecordAnswer, words: Words, path = field.name): string {
  return asList(value).map((one) => {
    switch (field.kind) {
      case 'integer':
      case 'decimal': return typeof one === 'number' ? number(one) + (field.unit ? ` ${field.unit}` : '') : String(one)
      case 'money': return typeof one === 'number' ? money(one) : String(one)
      case 'bool': return one === true ? words.yes : words.no
      case 'code': return codeLabel(record, path, String(one))
      case 'link': return asLink(one).label || asLink(one).ref || ''
      case 'group': return (field.fields ?? []).filter((sub) => !isEmpty(asBody(one)[sub.name]))
        .map((sub) => `${inWords(sub.label)} ${textOf(sub, asBody(one)[sub.name], record, words, `${field.name}.${sub.name}`)}`).join(' ')
      default: return typeof one === 'object' ? JSON.stringify(one) : String(one)
    }
  }).join(words.then)
}

/** The fields of a record in the order of its page: key facts first, then its sections. */
function fieldsOf(type: RecordType, body: Body): Field[] {
  const facts = (type.facts ?? []).flatMap((name) => type.fields.filter((field) => field.name === name && !isEmpty(body[name])))
  return [...facts, ...filledSections(type, body, facts).flatMap((section) => section.fields)]
}

/** One row for each label, in the order in which the records bring them. */
export function rowsOf(records: RecordAnswer[], typeOf: (name: string) => RecordType | undefined, words: Words): Row[] {
  const order: string[] = []
  const found = new Map<string, Array<Cell | null>>()
  records.forEach((record, i) => {
    const type = typeOf(record.type)
    if (!type) return
    let after = -1
    for (const field of fieldsOf(type, record.body)) {
      const label = inWords(field.label)
      if (!found.has(label)) {
        found.set(label, records.map(() => null))
        order.splice(after + 1, 0, label)
      }
      after = order.indexOf(label)
      const cells = found.get(label) as Array<Cell | null>
      cells[i] ??= { field, record, text: textOf(field, record.body[field.name], record, words) }
    }
  })
  return order.map((label) => {
    const cells = found.get(label) as Array<Cell | null>
    return { label, cells, differs: new Set(cells.map((one) => one?.text ?? '')).size > 1 }
  })
}
