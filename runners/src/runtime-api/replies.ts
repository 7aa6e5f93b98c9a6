/** What the server says to a request of the runtime: a status and a JSON body, as Lambda words them. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** The Go and Java clients accept exactly 202. */
export const ACCEPTED: Reply = { status: 202, body: '{"status":"OK"}\n' };

export const INVALID_REQUEST_ID = failure(400, 'InvalidRequestID', 'Invalid request ID');
export const INVALID_RESPONSE_MODE = failure(400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
export const TRUNCATED_REQUEST = failure(400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
export const NOT_FOUND = failure(404, 'NotFound', 'No such path in this Runtime API');

/** What an extension is told where the API is off, so that it carries on. Source: the Runtime Interface Emulator. */
export const LOGS_NOT_SUPPORTED = failure(202, 'Logs.NotSupported', 'Logs API is not supported');
export const TELEMETRY_NOT_SUPPORTED = failure(202, 'Telemetry.NotSupported', 'Telemetry API is not supported');

/** A browser or a rebound DNS name speaks to us, not a runtime. */
export const FOREIGN_REQUEST = failure(
  403,
  'ForbiddenHost',
  'This server answers only a Lambda runtime that was given its address',
);

/** The answer is larger than it may be. */
export function tooLarge(maxBytes: number): Reply {
  return failure(413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size (${maxBytes} bytes).`);
}

/** The request is not allowed in this state. */
export function invalidStateTransition(from: string, to: string): Reply {
  return failure(
    403,
    'InvalidStateTransition',
    `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`,
  );
}

function failure(status: number, errorType: string, errorMessage: string): Reply {
  return { status, body: `${JSON.stringify({ errorMessage, errorType })}\n` };
}
