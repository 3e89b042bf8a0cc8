// Refuses an older Node with one line. It must be the first import of the entry point: an older Node fails on the
// modules that follow. It is JavaScript, because an older Node does not read TypeScript either.
const majorMin = 24

if (Number(process.versions.node.split(".")[0]) < majorMin) {
  process.stderr.write(
    `azure-security needs Node ${majorMin} or later, and this is ${process.version}: after npm ci in a checkout, npx azure-security and npm start run the Node ${majorMin} that it brings; elsewhere install Node ${majorMin}\n`
  )
  process.exit(2)
}

// At this signal Node would open its debugger, to which any local user may connect.
process.on("SIGUSR1", () => {})
