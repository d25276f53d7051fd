// Words for the screen: ids with named places, and plural forms: "{n, one: an item | other: # items}".

export type Params = Record<string, string | number>

const PLACE = /\{(\w+)(?:,\s*([^{}]+))?\}/g

/** Puts the values into the places of a message; a place without a value stays visible as it is. */
export function format(message: string, params: Params = {}, locale = 'en'): string {
  return message.replace(PLACE, (whole, name: string, forms: string | undefined) => {
    const value = params[name]
    if (value === undefined) return whole
    if (forms === undefined) return typeof value === 'number' ? value.toLocaleString(locale) : value
    const count = Number(value)
    const wanted = new Intl.PluralRules(locale).select(count)
    const choices = new Map(
      forms.split('|').map((form) => {
        const at = form.indexOf(':')
        return [form.slice(0, at).trim(), form.slice(at + 1).trim()] as const
      }),
    )
    return (choices.get(wanted) ?? choices.get('other') ?? '').replace('#', count.toLocaleString(locale))
  })
}
