/** A style sheet as a text; Vite makes it. */
declare module "*.css?inline" {
  const text: string
  export default text
}
