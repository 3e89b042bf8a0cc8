/** Carbon's icons as templates. An icon stands beside a word and never replaces it. */
import type { TemplateResult } from "lit"
import { html, unsafeStatic } from "lit/static-html.js"

interface Drawing {
  readonly size: 16 | 32
  readonly path: string
}

const drawings = {
  connected: {
    size: 16,
    path:
      "M8,1C4.1,1,1,4.1,1,8c0,3.9,3.1,7,7,7s7-3.1,7-7C15,4.1,11.9,1,8,1z M7,11L4.3,8.3l0.9-0.8L7,9.3l4-3.9l0.9,0.8L7,11z"
  },
  warning: {
    size: 32,
    path:
      "M29,30H3a1,1,0,0,1-.8872-1.4614l13-25a1,1,0,0,1,1.7744,0l13,25A1,1,0,0,1,29,30ZM14.875,12h2.25v9h-2.25ZM16,26a1.5,1.5,0,1,1,1.5-1.5A1.5,1.5,0,0,1,16,26Z"
  },
  failed: {
    size: 16,
    path: "M8,1C4.1,1,1,4.1,1,8s3.1,7,7,7s7-3.1,7-7S11.9,1,8,1z M10.7,11.5L4.5,5.3l0.8-0.8l6.2,6.2L10.7,11.5z"
  },
  waiting: {
    size: 32,
    path:
      "M16,2A14,14,0,1,0,30,16,14.0158,14.0158,0,0,0,16,2Zm0,26A12,12,0,0,1,16,4V16l8.4812,8.4814A11.9625,11.9625,0,0,1,16,28Z"
  },
  disabled: {
    size: 16,
    path: "M8,1C4.1,1,1,4.1,1,8s3.1,7,7,7s7-3.1,7-7S11.9,1,8,1z M7,11H6V5h1V11z M10,11H9V5h1V11z"
  },
  cooldown: {
    size: 32,
    path:
      "M16,30A14,14,0,1,1,30,16,14,14,0,0,1,16,30ZM16,4A12,12,0,1,0,28,16,12,12,0,0,0,16,4ZM20.59 22 15 16.41 15 7 17 7 17 15.58 22 20.59 20.59 22z"
  },
  add: { size: 32, path: "M17 15 17 8 15 8 15 15 8 15 8 17 15 17 15 24 17 24 17 17 24 17 24 15z" },
  edit: {
    size: 32,
    path:
      "M2 26H30V28H2zM25.4,9c0.8-0.8,0.8-2,0-2.8l-3.6-3.6c-0.8-0.8-2-0.8-2.8,0l-15,15V24h6.4L25.4,9z M20.4,4L24,7.6l-3,3L17.4,7L20.4,4z M6,22v-3.6l10-10l3.6,3.6l-10,10H6z"
  },
  delete: {
    size: 32,
    path:
      "M12 12H14V24H12zM18 12H20V24H18zM4,6V8H6V28a2,2,0,0,0,2,2H24a2,2,0,0,0,2-2V8h2V6ZM8,28V8H24V28ZM12 2H20V4H12z"
  },
  moon: {
    size: 16,
    path:
      "M7.2,2.3c-1,4.4,1.7,8.7,6.1,9.8c0.1,0,0.1,0,0.2,0c-1.1,1.2-2.7,1.8-4.3,1.8c-0.1,0-0.2,0-0.2,0C5.6,13.8,3,11,3.2,7.7C3.2,5.3,4.8,3.1,7.2,2.3 M8,1L8,1C4.1,1.6,1.5,5.3,2.1,9.1c0.6,3.3,3.4,5.8,6.8,5.9c0.1,0,0.2,0,0.3,0c2.3,0,4.4-1.1,5.8-3c0.2-0.2,0.1-0.6-0.1-0.7c-0.1-0.1-0.2-0.1-0.3-0.1c-3.9-0.3-6.7-3.8-6.4-7.6C8.3,3,8.4,2.4,8.6,1.8c0.1-0.3,0-0.6-0.3-0.7C8.1,1,8.1,1,8,1z"
  },
  sun: {
    size: 32,
    path:
      "M16,12.005a4,4,0,1,1-4,4,4.0045,4.0045,0,0,1,4-4m0-2a6,6,0,1,0,6,6,6,6,0,0,0-6-6ZM15,2h2v5h-2zM15,25h2v5h-2zM2,15h5v2H2zM25,15h5v2h-5zM5.4,6.8l1.4-1.4,3.5,3.5-1.4,1.4zM21.7,23.1l1.4-1.4,3.5,3.5-1.4,1.4zM5.4,25.2l3.5-3.5,1.4,1.4-3.5,3.5zM21.7,8.9l3.5-3.5,1.4,1.4-3.5,3.5z"
  },
  signOut: {
    size: 32,
    path:
      "M6,30H18a2.0023,2.0023,0,0,0,2-2V25H18v3H6V4H18V7h2V4a2.0023,2.0023,0,0,0-2-2H6A2.0023,2.0023,0,0,0,4,4V28A2.0023,2.0023,0,0,0,6,30ZM20.586 20.586 24.172 17 10 17 10 15 24.172 15 20.586 11.414 22 10 28 16 22 22 20.586 20.586z"
  },
  copy: {
    size: 32,
    path:
      "M28,10V28H10V10H28m0-2H10a2,2,0,0,0-2,2V28a2,2,0,0,0,2,2H28a2,2,0,0,0,2-2V10a2,2,0,0,0-2-2ZM4,18H2V4A2,2,0,0,1,4,2H18V4H4Z"
  },
  chevron: { size: 16, path: "M8 11 3 6 3.7 5.3 8 9.6 12.3 5.3 13 6z" },
  close: {
    size: 32,
    path:
      "M17.4141 16 24 9.4141 22.5859 8 16 14.5859 9.4143 8 8 9.4141 14.5859 16 8 22.5859 9.4143 24 16 17.4141 22.5859 24 24 22.5859 17.4141 16z"
  },
  shield: {
    size: 32,
    path:
      "M14 16.59 11.41 14 10 15.41 14 19.41 22 11.41 20.59 10 14 16.59zM16,30,9.8242,26.7071A10.9818,10.9818,0,0,1,4,17V4A2.0022,2.0022,0,0,1,6,2H26a2.0023,2.0023,0,0,1,2,2V17a10.9818,10.9818,0,0,1-5.8242,9.7069ZM6,4V17a8.9852,8.9852,0,0,0,4.7656,7.9423L16,27.7333l5.2344-2.791A8.9858,8.9858,0,0,0,26,17V4Z"
  },
  passed: { size: 32, path: "M13 24 4 15 5.414 13.586 13 21.171 26.586 7.586 28 9 13 24z" }
} satisfies Record<string, Drawing>

export type IconName = keyof typeof drawings

const made = new Map<string, TemplateResult>()

/** The markup of an icon, which may stand in a template without parts. */
export const drawn = (name: IconName, size = 16, slot?: string): ReturnType<typeof unsafeStatic> => {
  const { path, size: box } = drawings[name]
  return unsafeStatic(
    `<svg class="icon icon-${name}" ${slot === undefined ? "" : `slot="${slot}"`} width="${size}" height="${size}"
    fill="currentColor" viewBox="0 0 ${box} ${box}" aria-hidden="true" focusable="false"><path fill-rule="evenodd"
    d="${path}"></path></svg>`
  )
}

/**
 * An icon in the colour of its text; `slot` is the slot of the Carbon component around the icon. Each is a template
 * without parts and made once: rows of a long table have thousands of icons.
 */
export const icon = (
  name: IconName,
  { slot, size = 16 }: { readonly slot?: string; readonly size?: number } = {}
): TemplateResult => {
  const key = `${name} ${size} ${slot}`
  const before = made.get(key)
  if (before !== undefined) return before
  const drawnIcon = html`${drawn(name, size, slot)}`
  made.set(key, drawnIcon)
  return drawnIcon
}
