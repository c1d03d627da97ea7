/** How the app is shown: language, light, size; and when a picture of it is complete. */
import type { Page } from 'playwright-core'

export interface Likes {
  lang: 'zh-Hant' | 'zh-Hans' | 'ru' | 'en'
  theme: 'light' | 'dark'
}

/** Choose for whoever is in and for the log-in, as the settings would, and begin anew. */
export async function like(page: Page, likes: Likes): Promise<void> {
  await page.evaluate((chosen) => {
    const keys = new Set(['wuye.likes.device', ...Object.keys(localStorage)])
    for (const key of keys)
      if (key.startsWith('wuye.likes.'))
        localStorage.setItem(
          key,
          JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? '{}'), ...chosen }),
        )
  }, likes)
  await page.reload()
  await page.locator(`html[lang="${likes.lang}"][data-theme="${likes.theme}"]`).waitFor()
  await settled(page)
}

/** Wait until nothing has changed on the page for a moment. */
export async function settled(page: Page, quietMs = 250): Promise<void> {
  await page.evaluate(
    (quiet) =>
      new Promise<void>((resolve) => {
        let timer = setTimeout(done, quiet)
        const latest = setTimeout(done, 8_000)
        const seen = new MutationObserver(() => {
          clearTimeout(timer)
          timer = setTimeout(done, quiet)
        })
        seen.observe(document.body, { subtree: true, childList: true, characterData: true })
        function done(): void {
          clearTimeout(latest)
          seen.disconnect()
          resolve()
        }
      }),
    quietMs,
  )
}
