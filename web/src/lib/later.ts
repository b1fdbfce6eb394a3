// Parts of a page that are fetched when they are wanted, and what is to be done where one does not come.
import { ref, shallowRef, type Component, type Ref, type ShallowRef } from 'vue'
import { ApiError } from '../api/client'

const RELOADED = 'xietong.reloaded'

/** Whether the node is there to give a new page: without it, a browser would put its own message in the place of this one. */
const answers = () => fetch(location.href, { method: 'HEAD' }).then((reply) => reply.ok, () => false)

/**
 * After an update of the node, parts of the old page are gone: takes the new page at this address, once, lest a part that is
 * missing for good makes an endless loop. Not without a network, when nothing would be there to take its place.
 */
export function takeNewPage(address: string): void {
  if (!navigator.onLine) return
  try {
    if (sessionStorage.getItem(RELOADED) === address) return
    sessionStorage.setItem(RELOADED, address)
  } catch {
    return
  }
  location.assign(address)
}

export interface Later {
  part: ShallowRef<Component | null>
  error: ShallowRef<ApiError | null>
  /** Fetches the part where it is not there; true when it is. Where it failed before and fails again, the page is taken anew. */
  bring: () => Promise<boolean>
  bringing: Ref<boolean>
}

export function useLater(fetchPart: () => Promise<{ default: Component }>): Later {
  const part: Later['part'] = shallowRef(null)
  const error = shallowRef<ApiError | null>(null)
  const bringing = ref(false)
  async function bring(): Promise<boolean> {
    if (part.value) return true
    if (bringing.value) return false
    bringing.value = true
    try {
      part.value = (await fetchPart()).default
      error.value = null
    } catch {
      if (error.value && await answers()) takeNewPage(location.pathname + location.search + location.hash)
      error.value = new ApiError('offline', 0, '', {})
    } finally {
      bringing.value = false
    }
    return part.value !== null
  }
  return { part, error, bring, bringing }
}
