// The shapes of a map while it is wanted, its areas named in the reader's language.
import { computed, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { language } from '../i18n'
import { loadShapes, type MapName, type Shape, type Shapes } from './places'

export interface Drawn {
  shapes: ShallowRef<Shapes | null>
  areas: ComputedRef<Shape[]>
  failed: Ref<boolean>
  retry: () => void
}

export function useShapes(name: () => MapName | null): Drawn {
  const shapes = shallowRef<Shapes | null>(null)
  const failed = shallowRef(false)
  async function load(wanted: MapName | null): Promise<void> {
    try {
      const found = wanted ? await loadShapes(wanted) : null
      if (wanted !== name()) return
      shapes.value = found
      failed.value = false
    } catch {
      if (wanted !== name()) return
      shapes.value = null
      failed.value = true
    }
  }
  watch(name, load, { immediate: true })
  const areas = computed(() => (shapes.value?.features ?? []).map((one) => ({ ...one, name: language() === 'en' ? one.en : one.name })))
  return { shapes, areas, failed, retry: () => void load(name()) }
}
