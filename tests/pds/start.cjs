// A Bluesky PDS with its PLC directory, on loopback alone, until standard input ends.
//
// Prints one line of JSON when both answer: {"pds": "http://localhost:…", "plc": "http://localhost:…"}.
// No AppView, as behind a PDS that somebody runs at home. PDS_MODULES is a folder in which
// .ci/install-pds has installed the modules of the package-lock.json beside this file.

const fs = require("node:fs")
const net = require("node:net")
const path = require("node:path")
const { createRequire } = require("node:module")

// dev-env binds every interface; nobody but this machine is to reach it.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  const done = rest.find((each) => typeof each === "function")
  return typeof port === "number" || typeof port === "string"
    ? listen.call(this, { port: Number(port), host: "127.0.0.1" }, done)
    : listen.call(this, port, ...rest)
}

// A site that is not on this machine must be at https under a public name. What is asked of the site
// that PDS_SITE names is read from the file PDS_SITE_ANSWERS instead: nothing leaves this machine.
const { PDS_SITE, PDS_SITE_ANSWERS } = process.env
const fetchAnywhere = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.origin === PDS_SITE) {
    const headers = { "Content-Type": "application/json" }
    return new Response(fs.readFileSync(PDS_SITE_ANSWERS), { headers })
  }
  if (!["localhost", "127.0.0.1"].includes(url.hostname)) throw new Error(`not here: ${url.origin}`)
  return fetchAnywhere(input, init)
}

const modules = createRequire(path.join(process.env.PDS_MODULES, "package.json"))
const { TestNetworkNoAppView } = modules("@atproto/dev-env")

// dev-env still names one, which is nowhere: told of none, the PDS answers as those at home do.
const none = { bskyAppViewUrl: undefined, bskyAppViewDid: undefined, bskyAppViewCdnUrlPattern: undefined }
TestNetworkNoAppView.create({ pds: none }).then((network) => {
  console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url }))
  process.stdin.on("end", () => network.close().then(() => process.exit(0))).resume()
})
