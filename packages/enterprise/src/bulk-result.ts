/** What `loadAll` and `unloadAll` came to: one plugin's failure never keeps the others from it. */
export interface BulkResult {
  readonly succeeded: readonly string[];
  readonly failed: readonly { readonly pluginId: string; readonly error: Error }[];
}
