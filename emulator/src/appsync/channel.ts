/**
 * One to five segments of 1 to 50 letters, digits and inner hyphens; slashes at both ends are optional.
 * Source: "Understanding the Event API WebSocket protocol" in the AWS AppSync Events guide.
 */
const channelPattern =
  /^\/?[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?){0,4}\/?$/;

/** A channel, or everything below one. */
export interface ChannelName {
  /** Without slashes at its ends and without the wildcard. */
  readonly path: string;
  /** The first segment, which is the name of a channel namespace. */
  readonly namespace: string;
  /** Whether it ended in `/*`, which stands for any depth below the path. */
  readonly wildcard: boolean;
}

const wildcardSuffix = '/*';

/** Reads a channel; `undefined` when it is none. A wildcard is legal for a subscription only, as the last segment. */
export const parseChannel = (
  text: string,
  options: { readonly wildcards: 'allowed' | 'refused' },
): ChannelName | undefined => {
  const wildcard = text.endsWith(wildcardSuffix);
  if (wildcard && options.wildcards === 'refused') return undefined;
  const plain = wildcard ? text.slice(0, -wildcardSuffix.length) : text;
  if (!channelPattern.test(plain)) return undefined;
  const path = plain.replace(/^\/|\/$/g, '');
  return { path, namespace: path.split('/')[0] ?? path, wildcard };
};

/** Whether what is published to a channel reaches a subscription. */
export const reaches = (published: ChannelName, subscription: ChannelName): boolean =>
  subscription.wildcard ? published.path.startsWith(`${subscription.path}/`) : published.path === subscription.path;
