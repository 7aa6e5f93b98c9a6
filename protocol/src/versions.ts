/** The protocol versions that this release speaks. */
export const minVersion = 1;
export const maxVersion = 1;

/** @returns the highest version that both speak, or undefined. */
export function chooseVersion(theirs: {
  readonly minVersion: number;
  readonly maxVersion: number;
}): number | undefined {
  const highest = Math.min(maxVersion, theirs.maxVersion);
  return highest >= Math.max(minVersion, theirs.minVersion) ? highest : undefined;
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from} to ${to}`;
}

/** What to tell the developer when {@link chooseVersion} found none. */
export function versionMismatch(theirs: { readonly minVersion: number; readonly maxVersion: number }): string {
  const stub = `the deployed stub speaks protocol ${range(theirs.minVersion, theirs.maxVersion)}`;
  const tunnel = `this tunnel ${range(minVersion, maxVersion)}`;
  const remedy =
    theirs.maxVersion < minVersion ? 'redeploy the stack in live mode' : 'update the live-lambda command line';
  return `${stub}, ${tunnel}: ${remedy}`;
}
