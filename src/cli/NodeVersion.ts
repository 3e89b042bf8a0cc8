/**
 * Refuses an older Node in one line. The first import of the entry point, so that it speaks before anything that an
 * older Node would stumble over.
 */
const majorMin = 24

if (Number(process.versions.node.split(".")[0]) < majorMin) {
  process.stderr.write(
    `azure-security needs Node ${majorMin} or later, and this is ${process.version}: start it with npm, which brings its own, or install Node ${majorMin}\n`
  )
  process.exit(2)
}
