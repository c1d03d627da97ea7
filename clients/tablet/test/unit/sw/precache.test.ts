import * as fc from 'fast-check'
import type { Rolldown } from 'vite'
import { expect, test } from 'vitest'
import { firstLoad } from '../../../build/budget'
import { type Built, listOf } from '../../../build/precache'

const built: Built[] = [
  ['index.html', '<!doctype html>'],
  ['assets/index-1.js', 'app'],
  ['assets/index-1.js.map', 'map'],
  ['assets/echarts-1.js', 'charts'],
  ['icon.svg', new Uint8Array([1])],
  ['icon-192.png', new Uint8Array([2])],
  ['sw.js', 'worker'],
]

test('tablet §2.3: everything built is kept for offline use, but not the worker itself, source maps and icons of the system', () => {
  expect(listOf(built).files).toEqual(['/assets/index-1.js', '/icon.svg', '/'])
})

test('tablet §0: charts are kept when there is time for them', () => {
  expect(listOf(built).later).toEqual(['/assets/echarts-1.js'])
})

test('tablet §2.3: the version changes with any byte that is kept, and with nothing else', () => {
  const before = listOf(built).version
  expect(listOf([...built].reverse()).version).toBe(before)
  expect(listOf(built.filter(([name]) => !name.endsWith('.map'))).version).toBe(before)
  fc.assert(
    fc.property(fc.nat({ max: built.length - 1 }), fc.string({ minLength: 1 }), (index, more) => {
      const changed = built.map(
        ([name, content], i): Built => [name, i === index ? `${content}${more}` : content],
      )
      const kept = !['sw.js', 'assets/index-1.js.map', 'icon-192.png'].includes(built[index]?.[0] ?? '')
      expect(listOf(changed).version !== before).toBe(kept)
    }),
  )
})

test('tablet §3.3: the first load is the page, the engine, one language and the log-in, with all that these import', () => {
  const chunk = (name: string, imports: string[], css: string[], more: object = {}) => ({
    type: 'chunk',
    name,
    imports,
    viteMetadata: { importedCss: new Set(css) },
    ...more,
  })
  const script = (source: string) => ({ type: 'asset', source })
  const bundle = {
    'assets/index-1.js': chunk('index', ['assets/vue-1.js'], ['assets/index-1.css'], { isEntry: true }),
    'assets/vue-1.js': chunk('vue', ['assets/vue-1.js'], []),
    'assets/index-1.css': { type: 'asset' },
    'assets/Login-1.js': chunk('Login', ['assets/field-1.js'], [], {
      facadeModuleId: '/app/src/ui/screens/Login.vue',
    }),
    'assets/field-1.js': chunk('field', [], ['assets/field-1.css']),
    'assets/field-1.css': { type: 'asset' },
    'assets/Home-1.js': chunk('Home', [], [], { facadeModuleId: '/app/src/ui/screens/Home.vue' }),
    'assets/catalogue.en-1.js': chunk('catalogue.en', [], []),
    'assets/catalogue.ru-1.js': chunk('catalogue.ru', [], []),
    'assets/echarts-1.js': chunk('echarts', [], []),
    'assets/engine.worker-1.js': script(
      'import{a}from"./places-1.js";import"./side-1.js";import("./replica-1.js")',
    ),
    'assets/places-1.js': script('export{a}from"./deep-1.js"'),
    'assets/side-1.js': script(''),
    'assets/deep-1.js': script(''),
    'assets/replica-1.js': script(''),
    'assets/spoken.en-1.js': script(''),
    'assets/spoken.ru-1.js': script(''),
    'assets/photo.worker-1.js': script(''),
    'sw.js': chunk('sw', [], [], { isEntry: true }),
  } as unknown as Rolldown.OutputBundle
  expect(firstLoad(bundle, (name) => (name.includes('.ru-') ? 2 : 1)).sort()).toEqual([
    'assets/Login-1.js',
    'assets/catalogue.ru-1.js',
    'assets/deep-1.js',
    'assets/engine.worker-1.js',
    'assets/field-1.css',
    'assets/field-1.js',
    'assets/index-1.css',
    'assets/index-1.js',
    'assets/places-1.js',
    'assets/side-1.js',
    'assets/spoken.ru-1.js',
    'assets/vue-1.js',
  ])
})
