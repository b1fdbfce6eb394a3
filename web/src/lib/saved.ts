// Searches that the reader has kept, in this browser: the newest first, each address once.
import { shallowRef } from 'vue'
import { readSetting, writeSetting } from './storage'

export const SAVED_MOST = 100
export interface Saved { path: string; name: string; at: string }

function read(): Saved[] {
  try {
    const found: unknown = JSON.parse(readSetting('saved') ?? '[]')
    if (!Array.isArray(found)) return []
    return found.filter((one): one is Saved => typeof one?.name === 'string' && typeof one.at === 'string' && typeof one.path === 'string' && one.path.startsWith('/search'))
      .slice(0, SAVED_MOST)
  } catch {
    return []
  }
}

export const saved = shallowRef<Saved[]>(read())

function write(now: Saved[]): void {
  saved.value = now.slice(0, SAVED_MOST)
  writeSetting('saved', JSON.stringify(saved.value))
}

export const isSaved = (path: string): boolean => saved.value.some((one) => one.path === path)
/** Another window may have kept or dropped some since. */
export const dropSaved = (path: string): void => write(read().filter((one) => one.path !== path))
export const keepSaved = (path: string, name: string): void =>
  write([{ path, name, at: new Date().toISOString() }, ...read().filter((one) => one.path !== path)])
