// The queries beside Xapian, by a process of its own in Python (see xapian_search.py).
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { command } from '../lib.mjs'

const python = '/usr/bin/python3' // Debian's, which knows Debian's modules

export const xapian = {
  name: 'Xapian',
  rate: 1_000, // records a second, until a run has measured it
  installed: () => spawnSync(python, ['-c', 'import xapian']).status === 0 || 'python3-xapian is not installed',
  async measure({ folder, rows, rounds }) {
    const { out } = command(python, [fileURLToPath(new URL('xapian_search.py', import.meta.url)), folder, String(rounds)],
      { limit: 7_200_000, env: { XAPIAN_FLUSH_THRESHOLD: '250000' } })
    const { seconds, size, ms, hits } = JSON.parse(out)
    return { seconds, bytes: Math.round(size / rows), ms, hits }
  },
}
