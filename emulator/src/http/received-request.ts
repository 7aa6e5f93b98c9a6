import type { IncomingMessage } from 'node:http';
import type { SignedRequest } from '../signature/canonical-request.ts';

export type ReceivedBody =
  | { readonly type: 'body'; readonly bytes: Uint8Array }
  | { readonly type: 'too-large'; readonly receivedBytes: number };

/**
 * Reads a body of at most `maxBytes`. What is longer is read to its end and thrown away, so that the sender is able to
 * read the answer; never more than `maxBytes` are held.
 */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> => {
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    receivedBytes += chunk.byteLength;
    if (receivedBytes > maxBytes) chunks.length = 0;
    else chunks.push(chunk);
  }
  return receivedBytes > maxBytes
    ? { type: 'too-large', receivedBytes }
    : { type: 'body', bytes: Buffer.concat(chunks) };
};

/** The headers as they were sent: names in lower case, values of repeated ones joined by a comma. */
export const receivedHeaders = (request: IncomingMessage): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
};

/** A request with its target taken apart and its body read. */
export const signedRequest = (request: IncomingMessage, payload: Uint8Array): SignedRequest => {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: receivedHeaders(request),
    payload,
  };
};
