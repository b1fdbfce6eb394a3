// Small settings of this browser. Storage may be forbidden: then they last as long as the page.
const memory = new Map<string, string>()

export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`xietong.${name}`) ?? memory.get(name) ?? null
  } catch {
    return memory.get(name) ?? null
  }
}

export function writeSetting(name: string, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(`xietong.${name}`, value)
  } catch {
    // Kept in memory above.
  }
}
