import { beforeEach, expect, test, vi } from 'vitest'
import { createApp, type WritableComputedRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

/** A tab: its storage outlives its page. `load` loads the page (anew) at an address. */
function tab() {
  const stored = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => stored.set(key, text),
    removeItem: (key: string) => stored.delete(key),
  })
  return {
    stored,
    async load(address = '/list/thing') {
      vi.resetModules()
      const { seekAs, useSought } = await import('@/ui/shell/sought')
      const router = createRouter({
        history: createMemoryHistory(),
        routes: [{ path: '/:rest(.*)*', component: {} }],
      })
      const app = createApp({}).use(router)
      await router.push(address)
      const look = (list: string): WritableComputedRef<{ text: string }> =>
        app.runWithContext(() =>
          useSought(
            () => list,
            ({ q }) => ({ text: String(q ?? '') }),
          ),
        )
      return { seekAs, look, router }
    },
  }
}

beforeEach(() => vi.unstubAllGlobals())

test('tablet §1.5: what somebody looks for is found again in its list, not in any other, nor in an address', async () => {
  const { load } = tab()
  const { seekAs, look, router } = await load()
  seekAs('li')
  look('thing').value = { text: 'Chan 91234567' }
  expect(look('thing').value.text).toBe('Chan 91234567')
  expect(look('other').value.text).toBe('')
  expect(router.currentRoute.value.fullPath).toBe('/list/thing')
  const again = await load()
  again.seekAs('li')
  expect(again.look('thing').value.text).toBe('Chan 91234567')
})

test('tablet §1.5: the next one finds nothing of it, be the tab awake, asleep or loaded anew', async () => {
  const { load, stored } = tab()
  for (const next of ['wu', null]) {
    const { seekAs, look } = await load()
    seekAs('li')
    const hers = look('thing')
    hers.value = { text: 'Chan 91234567' }
    const late = await load()
    late.seekAs(next)
    expect(late.look('thing').value.text).toBe('')
    expect([...stored.values()].join()).not.toContain('Chan')
    seekAs(next)
    expect([hers.value.text, look('thing').value.text]).toEqual(['', ''])
    hers.value = { text: 'Chan 91234567' }
    expect(look('thing').value.text).toBe('')
    expect([...stored.values()].join()).not.toContain('Chan')
  }
})

test('a link shows what it says and leaves what was looked for before; once that is changed its address is bare', async () => {
  const { load } = tab()
  const { seekAs, look, router } = await load()
  seekAs('li')
  const list = look('thing')
  list.value = { text: 'roof' }
  await router.push('/list/thing?q=lift&open=s/1')
  expect(list.value.text).toBe('lift')
  await router.push('/list/thing?open=s/2')
  expect(list.value.text).toBe('roof')
  router.back()
  await vi.waitFor(() => expect(list.value.text).toBe('lift'))
  list.value = { text: 'lift 2' }
  await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/list/thing?open=s/1'))
  expect(list.value.text).toBe('lift 2')
})

test('a full disk stops nobody from looking', async () => {
  const { load, stored } = tab()
  const { seekAs, look } = await load()
  seekAs('li')
  look('thing').value = { text: 'roof' }
  vi.spyOn(sessionStorage, 'setItem').mockImplementation(() => {
    throw new Error('full')
  })
  look('thing').value = { text: 'lift' }
  expect(look('thing').value.text).toBe('lift')
  seekAs('wu')
  expect([...stored.values()].join()).not.toContain('roof')
})
