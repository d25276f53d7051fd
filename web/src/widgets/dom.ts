// Making elements, for widgets, which have no framework. Text is always set as text, never as markup.

type Attributes = Record<string, string | number | boolean | null | undefined>
type Child = Node | string | null | undefined | false

const SVG = 'http://www.w3.org/2000/svg'

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child) element.append(child)
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  fill(element, attributes, children)
  return element
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag)
  fill(element, attributes, children)
  return element
}

/** A key as printed on a control; readers hear it through aria-keyshortcuts instead. */
export function keycap(text: string): HTMLElement {
  return h('kbd', { class: 'hl-key', 'aria-hidden': 'true' }, text)
}
