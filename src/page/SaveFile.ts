/** Offers what was made on the page to be saved as a file. */

/** A browser has begun to save by then. */
const keptMillis = 60_000

/** Saves the parts as one file of a type. */
export const saveFile = (parts: ReadonlyArray<BlobPart>, type: string, name: string): void => {
  const address = URL.createObjectURL(new Blob([...parts], { type }))
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), keptMillis)
}
