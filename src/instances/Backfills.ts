/** Shows how far the command `backfill` is, which is a process of its own: by the positions that it saves. */
import { Clock, Effect } from "effect"
import { Checkpoints } from "../checkpoints/Checkpoints.ts"
import type { Instance } from "../config/Instance.ts"
import { names } from "../endpoints/Endpoints.ts"
import type { BackfillSnapshot } from "../status/Snapshot.ts"
import { Status } from "../status/Status.ts"

/** A range that has not moved for a day is not shown any more. */
const shownMillis = 86_400_000

/** Makes the look at all backfills. What moves between two looks is shown beside the instance of its tenant. */
export const make = Effect.gen(function*() {
  const checkpoints = yield* Checkpoints
  const status = yield* Status
  /** How far each range was at the last look, and when it was seen to move; undefined before that. */
  let seen: ReadonlyMap<string, { readonly reached: string; readonly movedAt: number | undefined }> | undefined
  /** Instances that show a range. */
  let shown = new Set<string>()

  return Effect.fnUntraced(function*(instances: ReadonlyArray<Instance>) {
    const now = yield* Clock.currentTimeMillis
    const saved = yield* checkpoints.backfills
    const next = new Map<string, { readonly reached: string; readonly movedAt: number | undefined }>()
    const byTenant = new Map<string, ReadonlyArray<BackfillSnapshot>>()
    for (const { cloud, endpoint: name, from, isDone, reached, tenant, to } of saved) {
      const key = `${cloud} ${tenant} ${name} ${from} ${to}`
      const before = seen?.get(key)
      const moves = seen !== undefined && before?.reached !== reached
      const movedAt = moves ? now : before?.movedAt
      next.set(key, { reached, movedAt })
      const endpoint = names.find((one) => one === name)
      if (endpoint === undefined || movedAt === undefined || now - movedAt > shownMillis) continue
      const whose = `${cloud} ${tenant}`
      byTenant.set(whose, [...byTenant.get(whose) ?? [], { endpoint, from, to, reached, isDone, movedAt }])
    }
    seen = next
    const showing = new Set<string>()
    for (const { identity: { cloud, name, tenantId } } of instances) {
      const backfills = byTenant.get(`${cloud.name} ${tenantId}`)
      if (backfills !== undefined) showing.add(name)
      if (backfills !== undefined || shown.has(name)) {
        yield* status.tellInstance(name, { _tag: "Backfilled", backfills: backfills ?? [] })
      }
    }
    shown = showing
  }, (look) => Effect.ignore(look))
})
