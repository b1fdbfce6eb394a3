// A part of a page that is fetched where it stands: the shape of what comes, then the part, or why it did not come.
import { defineComponent, h, type Component } from 'vue'
import { useLater } from '../lib/later'
import ErrorNote from './ErrorNote.vue'

const LINES = 6

export function later(fetchPart: () => Promise<{ default: Component }>): Component {
  return defineComponent({
    inheritAttrs: false,
    setup(_, { attrs }) {
      const { part, error, bring, bringing } = useLater(fetchPart)
      void bring()
      const bones = () => h('div', { class: 'bones-list', 'aria-busy': 'true' }, Array.from({ length: LINES }, () => h('span', { class: 'bone tall', 'aria-hidden': 'true' })))
      return () => (part.value ? h(part.value, attrs)
        : error.value && !bringing.value ? h(ErrorNote, { error: error.value, onRetry: () => void bring() }) : bones())
    },
  })
}
