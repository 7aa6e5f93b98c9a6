/** The Node version of a runtime identifier (`nodejs22.x`) or of `AWS_EXECUTION_ENV`; else that of the running Node. */
export function nodeMajor(runtime: string | undefined): number {
  const named = /nodejs(\d+)\.x$/.exec(runtime ?? '')?.[1];
  return Number(named ?? process.versions.node.split('.')[0]);
}
