/** The descriptor of the pipe to the program that started this one. Removed before the handler's code is loaded. */
export const CONTROL_FD_VARIABLE = 'LIVE_LAMBDA_CONTROL_FD';

/** `1`: wait for a `load` order before anything of the handler's code is loaded. Removed as well. */
export const HOLD_VARIABLE = 'LIVE_LAMBDA_HOLD';

/** `1`: wait for a debugger, and stop right before the handler's code is loaded. Removed as well. */
export const INSPECT_BRK_VARIABLE = 'LIVE_LAMBDA_INSPECT_BRK';

/** Header of an event: the version of the last `env` order that has to be carried out before the handler is called. */
export const VARIABLES_VERSION_HEADER = 'live-lambda-env-version';
