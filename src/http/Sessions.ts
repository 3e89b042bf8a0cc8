/** Keeps the page's sessions, and the links that begin one, in memory: a restart ends them all. */
import { Duration } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { linksMax, sessionsMax } from "../domain/Bounds.ts"

/** A session ends after 30 minutes without use, and after 10 hours, a working day, in any case. */
const idleMillis = Duration.toMillis("30 minutes")
const sessionMillis = Duration.toMillis("10 hours")

/** How long a link signs in. */
export const linkLife = Duration.minutes(15)

/** Returns the SHA-256 digest of a text. */
export const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Only digests are kept, so that comparing takes no time that tells about a secret. */
const keyOf = (secret: string) => digest(secret).toString("hex")

/** 256 bits, which cannot be guessed. */
const newSecret = () => randomBytes(32).toString("base64url")

const makeRoom = (map: Map<string, unknown>, max: number) => {
  for (const key of Array.from(map.keys()).slice(0, Math.max(0, map.size - max + 1))) map.delete(key)
}

/** Makes the store of sessions and links. Times are milliseconds of a clock that is never set. */
export const make = () => {
  const sessions = new Map<string, { readonly endsAt: number; usedAt: number }>()
  const links = new Map<string, number>()
  const endOf = ({ endsAt, usedAt }: { readonly endsAt: number; readonly usedAt: number }) =>
    Math.min(endsAt, usedAt + idleMillis)
  const find = (cookie: string, now: number) => {
    const session = sessions.get(keyOf(cookie))
    return session !== undefined && now < endOf(session) ? session : undefined
  }
  return {
    begin: (now: number): { readonly cookie: string; readonly endsAt: number } => {
      const [cookie, session] = [newSecret(), { endsAt: now + sessionMillis, usedAt: now }]
      // A session that is used must not make room while there are some that have ended.
      for (const [key, other] of sessions) if (now >= endOf(other)) sessions.delete(key)
      makeRoom(sessions, sessionsMax)
      sessions.set(keyOf(cookie), session)
      return { cookie, endsAt: endOf(session) }
    },
    /** Extends a session, and returns its end; undefined when it has ended. */
    use: (cookie: string, now: number): number | undefined => {
      const session = find(cookie, now)
      if (session === undefined) return undefined
      session.usedAt = now
      return endOf(session)
    },
    /** Whether a session goes on. It is not extended. */
    lives: (cookie: string, now: number): boolean => find(cookie, now) !== undefined,
    end: (cookie: string): void => void sessions.delete(keyOf(cookie)),
    /** Makes the token of a link. */
    invite: (now: number): { readonly token: string; readonly endsAt: number } => {
      const [token, endsAt] = [newSecret(), now + Duration.toMillis(linkLife)]
      makeRoom(links, linksMax)
      links.set(keyOf(token), endsAt)
      return { token, endsAt }
    },
    /** Uses a link's token up, and tells whether it was good. */
    redeem: (token: string, now: number): boolean => {
      const endsAt = links.get(keyOf(token))
      links.delete(keyOf(token))
      return endsAt !== undefined && now < endsAt
    }
  }
}
