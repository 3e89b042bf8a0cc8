/** The page's views: their paths and titles. */

/** A view's name. */
export type View = "integrations" | "search" | "activity"

/** The views in the order of the navigation; `needs` is the access that a view requires. */
export const views = [
  { view: "integrations", path: "/admin/settings/integrations", title: "Integrations", needs: "status" },
  { view: "search", path: "/signals/search", title: "Search", needs: "full" },
  { view: "activity", path: "/signals/activity", title: "Activity", needs: "full" }
] as const satisfies ReadonlyArray<{
  readonly view: View
  readonly path: string
  readonly title: string
  readonly needs: "full" | "status"
}>

/** Returns the view at a path; Integrations for any other path. */
export const viewAt = (path: string) => views.find((view) => view.path === path) ?? views[0]
