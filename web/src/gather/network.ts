// Where the nodes of a small network stand: the same picture for the same numbers, whatever the machine. Nodes push each other apart,
// edges pull, the middle holds; a fixed number of small steps from fixed places.
export interface Edge { from: number; to: number; weight: number }
export interface Place { x: number; y: number }

const STEPS = 240
const GOLDEN = Math.PI * (3 - Math.sqrt(5))

/** Places in a box of width by height. centre: a node that stays in the middle, -1 none. */
export function layout(count: number, edges: Edge[], centre: number, width: number, height: number): Place[] {
  if (count === 0) return []
  const most = Math.max(1, ...edges.map((one) => one.weight))
  const at = Array.from({ length: count }, (_, i) => {
    const r = i === centre ? 0 : 0.12 + 0.36 * Math.sqrt((i + 0.5) / count)
    return { x: 0.5 + r * Math.cos(i * GOLDEN), y: 0.5 + r * Math.sin(i * GOLDEN) }
  })
  const room = 0.9 / Math.sqrt(count)
  for (let step = 0; step < STEPS; step += 1) {
    const heat = 0.04 * (1 - step / STEPS)
    const push = at.map(() => ({ x: 0, y: 0 }))
    for (let i = 0; i < count; i += 1) {
      for (let k = i + 1; k < count; k += 1) {
        let dx = at[i].x - at[k].x
        const dy = at[i].y - at[k].y
        if (dx === 0 && dy === 0) dx = 1e-4 * (k - i)
        const far = Math.max(0.01, Math.hypot(dx, dy))
        const force = (room * room) / (far * far)
        push[i].x += dx * force
        push[i].y += dy * force
        push[k].x -= dx * force
        push[k].y -= dy * force
      }
      push[i].x += (0.5 - at[i].x) * 0.6
      push[i].y += (0.5 - at[i].y) * 0.6
    }
    for (const { from, to, weight } of edges) {
      const dx = at[from].x - at[to].x
      const dy = at[from].y - at[to].y
      const force = (Math.hypot(dx, dy) / room) * (0.25 + 0.75 * (weight / most)) * 0.35
      push[from].x -= dx * force
      push[from].y -= dy * force
      push[to].x += dx * force
      push[to].y += dy * force
    }
    for (let i = 0; i < count; i += 1) {
      if (i === centre) continue
      const length = Math.hypot(push[i].x, push[i].y)
      if (length === 0) continue
      at[i].x += (push[i].x / length) * Math.min(length * 0.05, heat)
      at[i].y += (push[i].y / length) * Math.min(length * 0.05, heat)
    }
  }
  return spread(at, width, height)
}

/** Stretched to the whole box, so that names have all the room there is. */
function spread(at: Place[], width: number, height: number): Place[] {
  const span = (values: number[], size: number) => {
    const [lo, hi] = [Math.min(...values), Math.max(...values)]
    return values.map((one) => (hi - lo < 1e-9 ? size / 2 : ((one - lo) / (hi - lo)) * size))
  }
  const x = span(at.map((one) => one.x), width)
  const y = span(at.map((one) => one.y), height)
  return at.map((_, i) => ({ x: x[i], y: y[i] }))
}
