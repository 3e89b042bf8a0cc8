export interface Build {
  readonly commit: string
  readonly date: string | undefined
}
export declare const buildOf: (
  env?: Readonly<Record<string, string | undefined>>,
  ask?: (...args: ReadonlyArray<string>) => string
) => Build
export declare const buildText: (build: Build) => string
