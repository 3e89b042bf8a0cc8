/**
 * What goes on, as it happens: server-sent events, and where they do not come through, a question every five seconds.
 *
 * @since 0.1.0
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
 * Tells of each change until it is stopped.
 *
 * @category running
 * @since 0.1.0
 */
export const listen = (tell: (heard: Heard) => void): { readonly stop: () => void } => {
  let heard: Heard = { hearing: "asking", status: undefined, index: undefined }
  let source: EventSource | undefined
  let lastEvent = 0
  let closedAt = 0
  const now = () => performance.now()

  const say = (change: Partial<Heard>) => {
    heard = { ...heard, ...change }
    tell(heard)
  }

  const close = () => {
    source?.close()
    source = undefined
    closedAt = now()
  }

  const open = () => {
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

  const ask = async () => {
    try {
      say({ status: await client.status(), hearing: "asking" })
    } catch {
      say({ hearing: "lost" })
    }
  }

  const timer = setInterval(() => {
    if (source !== undefined && now() - lastEvent > silenceMillis) close()
    if (source !== undefined) return
    if (now() - closedAt > againMillis) open()
    else void ask()
  }, askEveryMillis)
  open()

  return {
    stop: () => {
      clearInterval(timer)
      close()
    }
  }
}
