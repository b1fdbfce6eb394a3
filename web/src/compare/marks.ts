// The records marked to be compared: kept while this window's session lasts, shared by cards, record pages and the bar below.
import { shallowRef } from 'vue'

export const MOST = 5
const PLACE = 'xietong.compare'
export interface Mark { key: string; title: string }

function read(): Mark[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? '[]')
    if (!Array.isArray(found)) return []
    return found.filter((one): one is Mark => typeof one?.key === 'string' && typeof one?.title === 'string').slice(0, MOST)
  } catch {
    return []
  }
}

export const marks = shallowRef<Mark[]>(read())
/** Title of a record that was refused because there are as many as can be; '' none. */
export const refused = shallowRef('')

export function setMarks(now: Mark[]): void {
  marks.value = now.slice(0, MOST)
  refused.value = ''
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(marks.value))
  } catch {
    // Kept as long as the page.
  }
}

export const isMarked = (key: string): boolean => marks.value.some((one) => one.key === key)

/** Marks or unmarks; false when there is no room. */
export function toggleMark(mark: Mark): boolean {
  if (isMarked(mark.key)) setMarks(marks.value.filter((one) => one.key !== mark.key))
  else if (marks.value.length >= MOST) {
    refused.value = mark.title
    return false
  } else setMarks([...marks.value, mark])
  return true
}
