/** As long as a fingerprint is, which may begin with a dash, as flags do. */
const dashed = /^-[A-Za-z0-9_-]{20}[AQgw]$/;

/** The arguments with fingerprints that look like flags behind `--`, where nothing is a flag. */
export function withFingerprintsLast(argv: readonly string[]): readonly string[] {
  const fingerprints = argv.filter((each) => dashed.test(each));
  if (fingerprints.length === 0 || argv.includes('--')) return argv;
  return [...argv.filter((each) => !dashed.test(each)), '--', ...fingerprints];
}
