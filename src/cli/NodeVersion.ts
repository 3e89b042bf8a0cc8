// Refuses an older Node with one line. It must be the first import of the entry point: an older Node fails on the
// modules that follow.
const majorMin = 24

if (Number(process.versions.node.split(".")[0]) < majorMin) {
  process.stderr.write(
    `azure-security needs Node ${majorMin} or later, and this is ${process.version}: start it with npm, which brings its own, or install Node ${majorMin}\n`
  )
  process.exit(2)
}
