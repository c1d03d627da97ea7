/** The texts that the worker speaks itself, in one language: outcomes, flaws, sentences, recurrence, forms on paper. */
const areas = import.meta.glob<Record<string, string>>(
  './texts/{device,flaws,print,recurrence,sentences}/ru.json',
  {
    eager: true,
    import: 'default',
  },
)

export default Object.assign({}, ...Object.values(areas)) as Record<string, string>
