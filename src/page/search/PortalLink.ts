/** The link from an artifact to Microsoft's portal. */
import { html, type TemplateResult } from "lit"
import { portalUrl } from "../Portal.ts"
import { icons } from "./SearchIcons.ts"

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields => typeof value === "object" && value !== null ? value as Fields : {}

/** The address of an artifact's alert or incident in the portal; `artifact` has its message parsed. */
export const portalOf = (artifact: unknown): string | undefined => {
  const fields = fieldsOf(artifact)
  const record = fieldsOf(fields["message"])
  return [record["alertWebUrl"], record["incidentWebUrl"], fields["uri"]].map(portalUrl).find((url) =>
    url !== undefined
  )
}

/** The link, if there is such an address. The portal learns nothing of the page that it was opened from. */
export const portalLink = (artifact: unknown): TemplateResult | undefined => {
  const url = portalOf(artifact)
  return url === undefined ? undefined : html`<a
    class="ghost small" href=${url} target="_blank" rel="noopener noreferrer"
  >${icons.launch}<span>Open in Defender</span><span class="unseen">(in a new tab)</span></a>`
}
