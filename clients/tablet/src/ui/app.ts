/** Puts the app together around a port; whoever starts it says which. */
import { type App, createApp } from 'vue'
import { i18n, speak } from '@/i18n/i18n'
import type { Port } from '@/runtime/port'
import AppRoot from './App.vue'
import { makeRouter } from './router'
import { PORT } from './shell/port'
import { chosenLanguage, keepPreferences, preferOf } from './shell/preferences'
import './theme/theme.css'

/** The first language is loaded before anything is shown: no screen ever appears without words. */
export async function makeApp(port: Port): Promise<App> {
  preferOf(null)
  keepPreferences()
  await speak(chosenLanguage())
  return createApp(AppRoot).provide(PORT, port).use(i18n).use(makeRouter())
}
