// What the tests of the pages of indexes have in common: a browser, a node with indexes and one without anything, for as long as
// the file runs.
import { after, before } from 'node:test'
import { launch } from './browser.mjs'
import { startFixture } from './fixture.mjs'

export const LIMIT = { timeout: 60_000 }
export const TOWNS = '/indexes/specialised-town'
/** What the browser says of answers that are meant to fail. */
export const REFUSED = /status of (400|404|410|500|503)|ERR_EMPTY_RESPONSE/

/** Filled before the first test. */
export function stage() {
  const on = { browser: null, node: null, empty: null }
  before(async () => {
    [on.browser, on.node, on.empty] = await Promise.all([launch(), startFixture(), startFixture({ empty: true })])
  }, LIMIT)
  after(async () => {
    await Promise.allSettled([on.browser?.close(), on.node?.close(), on.empty?.close()])
  }, { timeout: 30_000 })
  return on
}
