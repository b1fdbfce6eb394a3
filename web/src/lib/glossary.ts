// Explanations of terms, fetched when the first is asked for, once in a language.
import { get } from '../api/client'
import type { Glossary, Term } from '../api/types'
import { language } from '../i18n'

const kept = new Map<string, Promise<Map<string, Term>>>()

async function load(lang: string): Promise<Map<string, Term>> {
  const { body } = await get<Glossary>(`/api/v1/glossary?lang=${lang}`)
  return new Map(body.items.map((one) => [one.name, one]))
}

/** The term, null where the region does not explain it. Throws when the node does not answer; the next call asks again. */
export async function termOf(name: string): Promise<Term | null> {
  const lang = language()
  const terms = kept.get(lang) ?? load(lang)
  kept.set(lang, terms)
  try {
    return (await terms).get(name) ?? null
  } catch (reason) {
    kept.delete(lang)
    throw reason
  }
}
