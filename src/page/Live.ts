/**
 * Keeps the page up to date: by server-sent events or, when they do not get through, by a request every five seconds.
 */
import { client, type IndexState, type LiveEvent, Refused, type StatusDocument } from "./Client.ts"

/** How the page hears of changes: `live` by events, `asking` every five seconds, `lost` without any answer. */
export type Hearing = "live" | "asking" | "lost"

/** The last known state of the connector. */
export interface Heard {
  readonly hearing: Hearing
  readonly status: StatusDocument | undefined
  readonly index: IndexState | undefined
}

/** How often the page asks when it gets no events. */
export const askEveryMillis = 5000
/** Events have stopped after this silence; the connector sends one every 15 seconds at least. */
const silenceMillis = 40_000
/** Events are tried again after this long. */
const againMillis = 60_000

/** The status after an event, which may have only what changed since the event before. */
export const withChanges = (before: StatusDocument | undefined, { gone, status, whole }: LiveEvent): StatusDocument => {
  if (whole || before === undefined) return status
  const changed = new Map(status.instances.map((one) => [one.name, one]))
  const kept = before.instances.filter(({ name }) => !gone.includes(name)).map((one) => {
    const now = changed.get(one.name) ?? one
    changed.delete(one.name)
    return now
  })
  return { ...status, instances: [...kept, ...changed.values()] }
}

/**
 * Calls `tell` at each change until `stop` is called. A hidden page holds no connection, because HTTP/1.1 allows six
 * for all tabs together. Without full access there are no events and no index, only the status.
 */
export const listen = (tell: (heard: Heard) => void, hasFullAccess: () => boolean): { readonly stop: () => void } => {
  let heard: Heard = { hearing: "asking", status: undefined, index: undefined }
  let source: EventSource | undefined
  let lastEvent = 0
  let closedAt = 0
  let isAsking = false
  let isStopped = false
  const now = () => performance.now()

  const say = (change: Partial<Heard>) => {
    if (isStopped) return
    heard = { ...heard, ...change }
    tell(heard)
  }

  const close = () => {
    source?.close()
    source = undefined
    closedAt = now()
  }

  const open = () => {
    close()
    if (!hasFullAccess()) return
    lastEvent = now()
    source = new EventSource("/api/live")
    source.addEventListener("message", (event: MessageEvent<string>) => {
      lastEvent = now()
      const live = JSON.parse(event.data) as LiveEvent
      say({ hearing: "live", status: withChanges(heard.status, live), index: live.index })
    })
    source.addEventListener("error", () => {
      close()
      void ask()
    })
  }

  /** Asks for the status, and drops the answer when a newer event has come meanwhile. */
  const ask = async () => {
    if (isAsking || isStopped) return
    isAsking = true
    const asked = now()
    const isOvertaken = () => source !== undefined && lastEvent > asked && heard.hearing === "live"
    try {
      const status = await client.status()
      const wasLost = heard.hearing === "lost"
      if (!isOvertaken()) {
        say({ status, hearing: source !== undefined && heard.hearing === "live" ? "live" : "asking" })
        if (wasLost && source === undefined && !document.hidden && !isStopped) open()
      }
      if (!isStopped && source === undefined && hasFullAccess()) {
        const index = await client.indexState().catch(() => undefined)
        if (index !== undefined && !isOvertaken()) say({ index })
      }
    } catch (cause) {
      // The connector answers, but the session has ended: the page asks for a sign-in.
      const isRefused = cause instanceof Refused && cause.status !== 0
      if (!isOvertaken() && !isRefused) say({ hearing: "lost" })
    } finally {
      isAsking = false
    }
  }

  const seen = () => {
    if (document.hidden) {
      close()
      return
    }
    open()
    void ask()
  }

  const timer = setInterval(() => {
    if (document.hidden) return
    if (source !== undefined && now() - lastEvent > silenceMillis) close()
    if (source !== undefined) return
    if (hasFullAccess() && now() - closedAt > againMillis) open()
    else void ask()
  }, askEveryMillis)
  document.addEventListener("visibilitychange", seen)
  if (document.hidden || !hasFullAccess()) void ask()
  else open()

  return {
    stop: () => {
      isStopped = true
      clearInterval(timer)
      document.removeEventListener("visibilitychange", seen)
      close()
    }
  }
}
