/** Recognises the addresses of Microsoft's portals, the only ones outside that the page links to. */

/** Hosts of the portals in all clouds. */
const hosts: ReadonlySet<string> = new Set([
  "security.microsoft.com",
  "security.microsoft.us",
  "security.apps.mil",
  "securitycenter.windows.com",
  "portal.azure.com",
  "portal.azure.us",
  "entra.microsoft.com",
  "entra.microsoft.us",
  "purview.microsoft.com",
  "purview.microsoft.us",
  "compliance.microsoft.com",
  "compliance.microsoft.us"
])

/**
 * Returns the address when it is one of a portal over https, without a user, a password or a port, in the form in which a
 * browser follows it; otherwise undefined. A record's texts come from attackers too, so that no other address is followed.
 */
export const portalUrl = (text: unknown): string | undefined => {
  if (typeof text !== "string" || !URL.canParse(text)) return undefined
  const { host, href, password, protocol, username } = new URL(text)
  return protocol === "https:" && hosts.has(host) && username === "" && password === "" ? href : undefined
}
