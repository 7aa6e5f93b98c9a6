import { describe, expect, it } from 'vitest';
import { channelSegment, stubChannel, tunnelChannel } from './channel-names.ts';

/** The pattern that the AppSync Events Developer Guide prints for a channel. */
const channelPattern =
  /^\/?[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?){0,4}\/?$/;

describe('channel names', () => {
  it.each(['shop', 'order-service', 'A1', 'x'.repeat(50)])('leave the legal name %s as it is', (name) => {
    expect(channelSegment(name)).toBe(name);
  });

  it.each(['', '-', 'a_b', '@acme/shop', 'x'.repeat(51), 'end-', 'größe', '日本', 'a.b', ' '])(
    'are legal for the name "%s"',
    (name) => {
      expect(tunnelChannel({ app: name, session: name })).toMatch(channelPattern);
    },
  );

  it('differ for names that differ only in what is not legal', () => {
    const segments = ['a_b', 'a.b', 'a/b', 'a b', 'a-b'].map(channelSegment);
    expect(new Set(segments).size).toBe(5);
  });

  it('differ for a name and one that looks like its segment', () => {
    expect(channelSegment(channelSegment('a_b'))).not.toBe(channelSegment('a_b'));
  });

  it('hold the id of an environment in hex', () => {
    expect(stubChannel({ app: 'shop', environmentId: new Uint8Array(16).fill(0xab) })).toBe(
      `/to-stub/shop/${'ab'.repeat(16)}`,
    );
  });

  it('lie in the namespaces that a shared API has for the stack', () => {
    const namespaces = { toTunnel: '1a2b3c4d-to-tunnel', toStub: '1a2b3c4d-to-stub' };
    expect(tunnelChannel({ app: 'shop', session: 'ann', namespaces })).toBe('/1a2b3c4d-to-tunnel/shop/ann');
    expect(stubChannel({ app: 'shop', environmentId: new Uint8Array(16), namespaces })).toBe(
      `/1a2b3c4d-to-stub/shop/${'00'.repeat(16)}`,
    );
  });
});
