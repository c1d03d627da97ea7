/** Every address of the app, and which file shows it. Screens are loaded when first opened. */
import type { Component } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import type { Draft } from '@/runtime/port/entry'
import type { Gate } from './shell/gate'

declare module 'vue-router' {
  interface RouteMeta {
    gate?: Gate
  }
}

export const SCREENS = import.meta.glob<{ default: Component }>(['./screens/**/*.vue', './views/*View.vue'])

const load = (file: string) => () => {
  const found = SCREENS[`./${file}.vue`]
  if (!found) throw new Error(`no screen ${file}`)
  return found()
}

const at = (path: string, file: string, gate?: Gate): RouteRecordRaw => ({
  path,
  name: file,
  component: load(file),
  props: true,
  ...(gate ? { meta: { gate } } : {}),
})

/** The one form view, told what is being entered. */
const form = (path: string, kind: Draft['kind']): RouteRecordRaw => ({
  path,
  name: kind,
  component: load('views/FormView'),
  props: (to) => ({ ...to.params, kind }),
})

const RECORD = ':site/:entity/:id'

export const routes: RouteRecordRaw[] = [
  at('/', 'screens/Home'),
  at('/list/:entity', 'views/ListView'),
  at(`/record/${RECORD}`, 'views/RecordView'),
  form('/new/:entity', 'create'),
  form(`/edit/${RECORD}`, 'update'),
  form(`/act/${RECORD}/:act`, 'act'),
  at('/search', 'screens/Search'),
  at('/queue', 'screens/Queue'),
  at('/review', 'screens/Review'),
  at('/settings', 'screens/Settings'),
  at('/more', 'screens/More'),
  at('/install', 'screens/Install', 'open'),
  at('/login', 'screens/Login', 'open'),
  at('/enrol', 'screens/Enrol', 'open'),
  at('/lock', 'screens/Lock', 'lock'),
  at(`/print/${RECORD}/:form`, 'screens/Print'),
  at('/print/:entity', 'screens/PrintList'),
  { path: '/office', redirect: '/office/dashboard' },
  at('/office/dashboard', 'screens/office/Dashboard'),
  at('/office/fleet', 'screens/office/Fleet'),
  at('/office/people', 'screens/office/People'),
  at('/office/sites', 'screens/office/Sites'),
  at('/office/audit', 'screens/office/Audit'),
  at('/office/inbox', 'screens/office/Inbox'),
  { path: '/:rest(.*)*', redirect: '/' },
]

export function makeRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })
}
