/** Signatures that one plugin, or one document, may carry. */
export const MAX_SIGNATURES = 16;
/** Size of a signature file or signed document, checked before anything in it is looked at. */
export const MAX_SIGNATURE_FILE_BYTES: number = 4 * 1024 * 1024;
