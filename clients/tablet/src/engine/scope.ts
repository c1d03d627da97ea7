/** What expressions may name beside a record's fields: `user`, `settings`, `today`, `now` (ADR 1). */
import type { Known } from '@/engine/manifest'
import { isoDate, toWire } from '@/engine/moments'
import type { Values } from '@/engine/values'
import { localTime } from '@/engine/zone'

/** The scope at a site at a moment (ms since 1970, by the server's clock as far as it is known). */
export function scopeOf(known: Known, site: string, now: number): Values {
  const { user, sites } = known.manifest
  // What is held at the organisation's own site holds everywhere.
  const here = new Set([site, ...sites.filter((each) => each.type === 'organisation').map((each) => each.id)])
  const roles = new Set(user.roles.filter((post) => here.has(post.site)).map((post) => post.role))
  return {
    user: { id: user.id, roles: [...roles].sort() },
    settings: known.site(site)?.settings ?? {},
    today: isoDate(localTime(known.zone(site), now)),
    now: toWire(now),
  }
}
