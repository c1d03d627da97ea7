/** The texts that a page speaks, in one language, as one file of the build. */
const areas = import.meta.glob<Record<string, string>>(
  ['./texts/*/zh-Hans.json', '!./texts/{device,flaws,sentences}/*.json'],
  { eager: true, import: 'default' },
)

export default Object.assign({}, ...Object.values(areas)) as Record<string, string>
