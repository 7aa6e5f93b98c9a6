/** Where a debugger can attach to this process; undefined if it listens nowhere. */
export async function inspectorUrl(): Promise<string | undefined> {
  if (!process.features.inspector) return undefined;
  const { url } = await import('node:inspector');
  return url();
}

/**
 * Waits until a debugger has attached and says to go on. One that attached before said so too early, when nobody waited
 * for it: it is disconnected, and comes again. Nothing happens where no inspector listens.
 * @param onUrl told where it listens, right before it is waited for.
 */
export async function waitForDebugger(onUrl: (url: string) => void): Promise<void> {
  const before = await inspectorUrl();
  if (before === undefined) return;
  const { hostname, port } = new URL(before);
  const inspector = await import('node:inspector');
  inspector.close();
  inspector.open(Number(port), hostname);
  // Somebody else may have taken the port in the meantime.
  if (inspector.url() === undefined) inspector.open(0, hostname);
  onUrl(inspector.url() ?? before);
  inspector.waitForDebugger();
}
