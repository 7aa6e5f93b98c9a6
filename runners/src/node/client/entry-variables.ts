/** Names the file to load, absolute, instead of resolving `_HANDLER`. Removed before the handler's code is loaded. */
export const ENTRY_FILE_VARIABLE = 'LIVE_LAMBDA_ENTRY_FILE';
/** The export path within {@link ENTRY_FILE_VARIABLE}. */
export const ENTRY_EXPORT_VARIABLE = 'LIVE_LAMBDA_ENTRY_EXPORT';
