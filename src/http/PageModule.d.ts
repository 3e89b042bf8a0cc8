/** The page as `npm run page` packs it (`config/vite.config.mjs`); package.json names its file. */
declare module "#page" {
  /** Files by their path under `/page/`, compressed with Brotli, in Base64; `script` is the hash of a script within. */
  const files: Readonly<Record<string, { readonly type: string; readonly brotli: string; readonly script?: string }>>
  export default files
}
