const nameAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The random end of a generated name has this many characters. */
const suffixLength = 12;

/**
 * A name as CloudFormation makes it for a resource that was given none: stack, logical id, something random. When that
 * is too long, stack and logical id are cut. Source: "Name type" in the AWS CloudFormation template reference.
 */
export const physicalName = (options: {
  readonly stackName: string;
  readonly logicalId: string;
  readonly maxLength: number;
  readonly randomBytes: (count: number) => Uint8Array;
}): string => {
  const { stackName, logicalId, maxLength } = options;
  const bytes = [...options.randomBytes(suffixLength)];
  const suffix = bytes.map((byte) => nameAlphabet[byte % nameAlphabet.length]).join('');
  const room = maxLength - suffixLength - 2;
  if (stackName.length + logicalId.length <= room) return `${stackName}-${logicalId}-${suffix}`;
  const stackPart = stackName.slice(0, Math.max(Math.floor(room / 2), room - logicalId.length));
  return `${stackPart}-${logicalId.slice(0, room - stackPart.length)}-${suffix}`;
};
