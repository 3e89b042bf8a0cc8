/** Decides which instance polls a tenant that several instances name. */
import type { Instance } from "../config/Instance.ts"

/** The holder of its tenant, by the name of each instance that has to wait. */
export type Waiting = ReadonlyMap<string, string>

/** What is said of an instance that waits for the holder of its tenant. */
export const waitingRemark = (name: string, holder: string) => ({
  message: `${name} waits, because ${holder} stands before it in the settings and has the same tenant`,
  remedy: `delete or disable one of the two; ${name} is polled once ${holder} is gone`
})

/**
 * Returns the instances that wait. The holder of a tenant is its first enabled instance in the order of the settings,
 * whatever changes or restarts. Clouds are compared by their Graph host, since a tenant may be named by its cloud or by URL.
 */
export const waitingOf = (instances: ReadonlyArray<Instance>): Waiting => {
  const holders = new Map<string, string>()
  const waiting = new Map<string, string>()
  for (const { identity: { cloud, enabled, name, tenantId } } of instances) {
    if (!enabled) continue
    const tenant = `${cloud.graph} ${tenantId}`
    const holder = holders.get(tenant)
    if (holder === undefined) holders.set(tenant, name)
    else waiting.set(name, holder)
  }
  return waiting
}
