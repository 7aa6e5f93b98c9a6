/**
 * The bytes of an event as the JSON text that AppSync Events carries: one string in base64url (RFC 4648, section 5),
 * whose alphabet no JSON encoder ever escapes. The service signs its own re-encoding of WebSocket publishes, so that
 * text with `<`, `>` or `&` fails its signature check.
 */
export function eventText(event: Uint8Array): string {
  return `"${Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString('base64url')}"`;
}

/** @returns undefined for JSON that is not such a string. */
export function eventBytes(text: string): Uint8Array | undefined {
  const match = /^\s*"([A-Za-z0-9_-]*)"\s*$/.exec(text);
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64url');
}
