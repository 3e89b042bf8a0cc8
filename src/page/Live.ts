/**
 * What goes on, as it happens: server-sent events, and where they do not come through, a question every five seconds.
 */
import { client, type IndexState, type LiveEvent, type StatusDocument } from "./Client.ts"

/** How the page hears of changes: `live` by events, `asking` every five seconds, `lost` when nobody answers. */
export type Hearing = "live" | "asking" | "lost"

/** What is known at the moment. */
export interface Heard {
  readonly hearing: Hearing
  readonly status: StatusDocument | undefined
  readonly index: IndexState | undefined
}

const askEveryMillis = 5000
/** The connector tells something every 15 seconds at least. */
const silenceMillis = 40_000
/** After this long another try is made with events. */
const againMillis = 60_000

/**
 * Tells of each change until it is stopped. While nobody sees the page it holds no connection: HTTP/1.1 has six of them for
 * all tabs together. `mayIndex` says whether one may ask for the index, which events tell without being asked.
 */
export const listen = (
  tell: (heard: Heard) => void,
  mayIndex: () => boolean = () => false
): { readonly stop: () => void } => {
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
    lastEvent = now()
    source = new EventSource("/api/live")
    source.addEventListener("message", (event: MessageEvent<string>) => {
      lastEvent = now()
      const { index, status } = JSON.parse(event.data) as LiveEvent
      say({ hearing: "live", status, index })
    })
    source.addEventListener("error", () => {
      close()
      void ask()
    })
  }

  /** What an event told meanwhile is newer than the answer. */
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
      if (!isStopped && source === undefined && mayIndex()) {
        const index = await client.indexState().catch(() => undefined)
        if (index !== undefined && !isOvertaken()) say({ index })
      }
    } catch {
      if (!isOvertaken()) say({ hearing: "lost" })
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
    if (now() - closedAt > againMillis) open()
    else void ask()
  }, askEveryMillis)
  document.addEventListener("visibilitychange", seen)
  if (document.hidden) void ask()
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
