// The page's side of the worker: one question at a time, the newest; what it answered last stays until the next answer.
import { nextTick, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { RecipeJson, ReleaseJson } from './engine'
import type { Ask, Point, Ranges, Reply, Trouble, Weighed } from './worker'

/** The id of what is no recipe to run: those count from 1. */
const WEIGHING = 0

export interface Engine<T> {
  point: ShallowRef<Point | null>
  ranges: ShallowRef<Ranges | null>
  /** What was asked about when point was asked for. */
  answered: ShallowRef<T | null>
  /** Why this recipe cannot be computed; what was there before stays. */
  trouble: ShallowRef<Trouble | null>
  /** The worker itself did not start or broke down. */
  broken: Ref<boolean>
  /** Until all intervals of the newest question are there. */
  busy: Ref<boolean>
  /** From the newest question to its last interval, milliseconds. */
  took: Ref<number>
  /** Weights by principal component; null when they cannot be had, which trouble or broken says. */
  weigh: () => Promise<Record<string, number[]> | null>
  restart: () => void
}

export function useEngine<T>(release: () => ReleaseJson | null, period: () => number, recipe: () => RecipeJson | null, about: () => T): Engine<T> {
  const point = shallowRef<Point | null>(null), ranges = shallowRef<Ranges | null>(null), trouble = shallowRef<Trouble | null>(null)
  const answered: ShallowRef<T | null> = shallowRef(null)
  const broken = ref(false), busy = ref(false), took = ref(0)
  let worker: Worker | null = null, id = 0, asked = 0, frame = 0, waiting = false
  let subject: T | null = null
  let weighed: ((one: Weighed | null) => void) | null = null

  /** From the change to the answer on the page; only the last is kept, for whoever measures. */
  function note(name: string): void {
    const start = asked
    void nextTick(() => {
      performance.clearMeasures(name)
      performance.measure(name, { start })
    })
  }

  function close(): void {
    worker?.terminate()
    worker = null
    point.value = ranges.value = trouble.value = answered.value = null
    weighed?.(null)
    weighed = null
  }

  function fail(): void {
    close()
    broken.value = true
    busy.value = false
  }

  function heard(reply: Reply): void {
    if (reply.id === WEIGHING) {
      if (reply.kind === 'problem') trouble.value = reply
      weighed?.(reply.kind === 'weighed' ? reply : null)
      weighed = null
      return
    }
    if (reply.id !== id || reply.kind === 'weighed') return
    if (reply.kind === 'problem') {
      trouble.value = reply
      busy.value = false
      return
    }
    trouble.value = null
    if (reply.kind === 'point') {
      point.value = reply
      answered.value = subject
      note('workshop ranks')
      return
    }
    ranges.value = reply
    if (reply.draws < reply.of) return
    took.value = performance.now() - asked
    note('workshop intervals')
    busy.value = false
  }

  const say = (ask: Ask) => worker?.postMessage(ask)

  function open(): void {
    const now = release()
    close()
    broken.value = false
    if (!now) return
    try {
      worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    } catch {
      fail()
      return
    }
    worker.onerror = (event) => {
      event.preventDefault()
      fail()
    }
    worker.onmessageerror = fail
    worker.onmessage = ({ data }: MessageEvent<Reply>) => heard(data)
    say({ kind: 'open', release: now, period: period() })
    begin()
    ask()
  }

  /** At once, then at most once a frame, however quickly a slider moves. */
  function nextFrame(): void {
    frame = 0
    if (!waiting) return
    waiting = false
    ask()
    frame = requestAnimationFrame(nextFrame)
  }

  function ask(): void {
    const now = recipe()
    if (!worker || !now) {
      busy.value = false
      return
    }
    subject = about()
    say({ kind: 'run', id: ++id, recipe: now })
  }

  watch([release, period], open, { immediate: true })
  function begin(): void {
    asked = performance.now()
    busy.value = true
  }

  watch(recipe, () => {
    begin()
    if (frame) {
      waiting = true
      return
    }
    ask()
    frame = requestAnimationFrame(nextFrame)
  })
  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    worker?.terminate()
  })

  const weigh = () => new Promise<Record<string, number[]> | null>((done) => {
    const now = recipe()
    weighed?.(null)
    weighed = null
    if (!worker || !now) {
      done(null)
      return
    }
    weighed = (one) => done(one?.groups ?? null)
    say({ kind: 'weigh', id: WEIGHING, recipe: now })
  })
  return { point, ranges, answered, trouble, broken, busy, took, weigh, restart: open }
}
