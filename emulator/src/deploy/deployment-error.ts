/** Something in what was to be deployed is wrong. The message names the file or resource and says what to do next. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
