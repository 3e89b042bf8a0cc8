/**
 * A set of 8-byte keys in a flat array.
 *
 * A JavaScript `Set` of a million strings of 16 characters was measured to take 53 MB; this set takes 8 MB, and the
 * garbage collector has nothing to walk. Open addressing with linear probing, at most 24/25 full: keys are pieces of
 * hashes, and a lookup in a set of a million takes less than a microsecond.
 */

/** As many as fit into an array that has no buffer of its own. */
const slotsMin = 8
/** The highest fill at which 2^20 slots hold a million keys; a lower one would double the slots for them. */
const fullMax = 24 / 25

/** Bytes of a key. */
export const keyBytes = 8

/**
 * A mutable set of keys, each the first 16 hex digits of an id. An id must be lower-case hex of at least 16 digits;
 * nothing checks that. The key of all zeros equals the key after it.
 */
export class KeySet {
  /** Two words per slot, the high one first; both are zero in a free slot. */
  private words = new Uint32Array(2 * slotsMin)
  private count = 0

  /** Number of keys. */
  get size(): number {
    return this.count
  }

  /** Whether the id's key is in the set. */
  has(id: string): boolean {
    const high = wordAt(id, 0)
    return this.find(high, orNeighbour(high, wordAt(id, 8))) < 0
  }

  /** Adds the id's key; returns `false` when the set already has it. */
  add(id: string): boolean {
    const high = wordAt(id, 0)
    return this.addWords(high, orNeighbour(high, wordAt(id, 8)))
  }

  /** Adds keys of {@link keyBytes} bytes each, big-endian. */
  addBytes(bytes: Uint8Array): void {
    forEachKey(bytes, (high, low) => this.addWords(high, low))
  }

  /** Removes keys of {@link keyBytes} bytes each, big-endian. */
  deleteBytes(bytes: Uint8Array): void {
    forEachKey(bytes, (high, low) => this.deleteWords(high, low))
  }

  /** Returns the keys that `other` lacks, {@link keyBytes} bytes each, big-endian, in no particular order. */
  except(other: KeySet): Uint8Array {
    const bytes = new Uint8Array(this.count * keyBytes)
    const view = new DataView(bytes.buffer)
    let end = 0
    const { length } = this.words
    // Jump over the array: keys read in slot order would be neighbours in the set they are added to as well, and form a
    // run of thousands of slots that each probe walks along.
    const stride = 2 * (Math.floor(length / 2 * 0.618) | 1)
    for (let seen = 0, at = 0; seen < length; seen += 2, at = (at + stride) & (length - 1)) {
      const high = this.words[at]!
      const low = this.words[at + 1]!
      if ((high === 0 && low === 0) || other.find(high, low) < 0) continue
      view.setUint32(end, high)
      view.setUint32(end + 4, low)
      end += keyBytes
    }
    return bytes.subarray(0, end)
  }

  /** Returns the keys of both sets; this set itself when `other` is empty. */
  union(other: KeySet): KeySet {
    if (other.size === 0) return this
    const both = new KeySet()
    both.addBytes(this.except(other))
    both.addBytes(other.except(none))
    return both
  }

  private addWords(high: number, low: number): boolean {
    const slots = this.words.length / 2
    if (this.count + 1 > slots * fullMax) this.resize(slots * 2)
    const at = this.find(high, low)
    if (at < 0) return false
    this.words[at] = high
    this.words[at + 1] = low
    this.count++
    return true
  }

  private deleteWords(high: number, low: number): void {
    const { words } = this
    const found = this.find(high, low)
    if (found >= 0) return
    const mask = words.length - 1
    let hole = -found - 1
    // Keys further along the same run move back into the hole; otherwise a probe would stop at the hole before it
    // reaches them.
    for (let at = (hole + 2) & mask; words[at] !== 0 || words[at + 1] !== 0; at = (at + 2) & mask) {
      const home = homeOf(words[at]!, words[at + 1]!) & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        words[hole] = words[at]!
        words[hole + 1] = words[at + 1]!
        hole = at
      }
    }
    words[hole] = 0
    words[hole + 1] = 0
    this.count--
  }

  /** Returns the index of the free slot for an absent key, or `-index - 1` of the slot that holds the key. */
  private find(high: number, low: number): number {
    const { words } = this
    const mask = words.length - 1
    let at = homeOf(high, low) & mask
    while (words[at] !== 0 || words[at + 1] !== 0) {
      if (words[at] === high && words[at + 1] === low) return -at - 1
      at = (at + 2) & mask
    }
    return at
  }

  private resize(slots: number): void {
    const { words } = this
    this.words = new Uint32Array(2 * slots)
    for (let at = 0; at < words.length; at += 2) {
      if (words[at] === 0 && words[at + 1] === 0) continue
      const to = this.find(words[at]!, words[at + 1]!)
      this.words[to] = words[at]!
      this.words[to + 1] = words[at + 1]!
    }
  }
}

const none = new KeySet()

/** Returns the word index where a probe starts, always even, before it is masked to the array's length. */
const homeOf = (high: number, low: number): number => (high ^ low) << 1

/** Maps the all-zero key, which marks a free slot, to the key after it. */
const orNeighbour = (high: number, low: number): number => high === 0 && low === 0 ? 1 : low

const digitNine = 57
/** Offsets that turn the character code of a digit, or of `a` to `f`, into its value. */
const [ofDigit, ofLetter] = [48, 87]

/** Parses eight hex digits at `start` by character code; a substring for each word would be garbage. */
const wordAt = (id: string, start: number): number => {
  let word = 0
  for (let index = start; index < start + 8; index++) {
    const code = id.charCodeAt(index)
    word = (word << 4) | (code - (code <= digitNine ? ofDigit : ofLetter))
  }
  return word >>> 0
}

const forEachKey = (bytes: Uint8Array, visit: (high: number, low: number) => void): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < view.byteLength; at += keyBytes) {
    const high = view.getUint32(at)
    visit(high, orNeighbour(high, view.getUint32(at + 4)))
  }
}
