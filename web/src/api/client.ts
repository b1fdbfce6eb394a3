// Reads the node's API. Every failure becomes an ApiError that a person can be told about.
import type { Problem } from './types'

const TIMEOUT_MS = 20_000
const CACHE_ENTRIES = 60
const CACHE_MS = 60_000

export type Failure = 'offline' | 'timeout' | 'busy' | 'server' | 'gone' | 'missing' | 'input'

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    readonly status: number,
    readonly requestId: string,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? failure)
  }
}

/** What was thrown, as what a person can be told about. */
export function asError(reason: unknown): ApiError {
  return reason instanceof ApiError ? reason : new ApiError('server', 0, '', {})
}

export interface Answer<T> { body: T; url: string }

function failureOf(status: number): Failure {
  if (status === 410) return 'gone'
  if (status === 404) return 'missing'
  if (status === 503 || status === 429) return 'busy'
  return status >= 500 || status === 0 ? 'server' : 'input'
}

async function problemOf(reply: Response): Promise<Problem> {
  try {
    return (await reply.json()) as Problem
  } catch {
    return {}
  }
}

// The last answers, so that going back shows the page as it was, at once and at the same place.
const kept = new Map<string, { at: number; answer: Answer<unknown> }>()

export function recall<T>(path: string): Answer<T> | null {
  const entry = kept.get(path)
  if (!entry || Date.now() - entry.at > CACHE_MS) return null
  return entry.answer as Answer<T>
}

/** Keeps what a page shows; what is read to be saved or counted is not worth the memory. */
export function keep(path: string, answer: Answer<unknown>): void {
  const now = Date.now()
  for (const [old, { at }] of kept) if (now - at > CACHE_MS) kept.delete(old)
  kept.delete(path)
  kept.set(path, { at: now, answer })
  if (kept.size > CACHE_ENTRIES) kept.delete(kept.keys().next().value as string)
}

/** GET of a path under the node. Throws ApiError, or the AbortError of a signal that was aborted. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS)
  const stop = () => timeout.abort()
  signal?.addEventListener('abort', stop)
  try {
    const reply = await fetch(path, { headers: { Accept: 'application/json' }, signal: timeout.signal })
    const requestId = reply.headers.get('x-request-id') ?? ''
    if (!reply.ok) {
      const problem = await problemOf(reply)
      throw new ApiError(failureOf(reply.status), reply.status, problem.request_id ?? requestId, problem)
    }
    return { body: (await reply.json()) as T, url: reply.url }
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error
    if (timeout.signal.aborted) throw new ApiError('timeout', 0, '', {})
    if (error instanceof SyntaxError) throw new ApiError('server', 200, '', {})
    throw new ApiError('offline', 0, '', {})
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
