import { live_lambda } from '#generated-session';
import type { HandOver, TakeOver, TunnelHere } from '../messages.ts';
import { idBytes, keyBytes, parse, sized, sizedOrEmpty } from './fields.ts';

const v1 = live_lambda.v1;

/** Invocations that a HandOver names: what it says is for people, and whoever publishes could name any number. */
export const maxNamedUnfinished = 20;

export function encodeTunnelHere(tunnelHere: TunnelHere): Uint8Array {
  return v1.TunnelHere.encode(tunnelHere).finish();
}

/** @throws WireError when the bytes are no such message. */
export function decodeTunnelHere(raw: Uint8Array): TunnelHere {
  return parse('TunnelHere', () => {
    const here = v1.TunnelHere.decode(raw);
    return {
      tunnelInstance: sized(here.tunnelInstance, idBytes, 'TunnelHere.tunnel_instance'),
      ageMs: here.ageMs ?? 0,
      identityKey: sizedOrEmpty(here.identityKey, keyBytes, 'TunnelHere.identity_key'),
      owner: here.owner ?? '',
    };
  });
}

export function encodeTakeOver(takeOver: TakeOver): Uint8Array {
  return v1.TakeOver.encode(takeOver).finish();
}

/** @throws WireError when the bytes are no such message. */
export function decodeTakeOver(raw: Uint8Array): TakeOver {
  return parse('TakeOver', () => {
    const asked = v1.TakeOver.decode(raw);
    return {
      tunnelInstance: sized(asked.tunnelInstance, idBytes, 'TakeOver.tunnel_instance'),
      holderInstance: sized(asked.holderInstance, idBytes, 'TakeOver.holder_instance'),
      identityKey: sizedOrEmpty(asked.identityKey, keyBytes, 'TakeOver.identity_key'),
      owner: asked.owner ?? '',
      app: asked.app ?? '',
      session: asked.session ?? '',
    };
  });
}

export function encodeHandOver(handOver: HandOver): Uint8Array {
  return v1.HandOver.encode({
    ...handOver,
    unfinished: handOver.unfinished.slice(0, maxNamedUnfinished),
  }).finish();
}

/** @throws WireError when the bytes are no such message. */
export function decodeHandOver(raw: Uint8Array): HandOver {
  return parse('HandOver', () => {
    const said = v1.HandOver.decode(raw);
    return {
      tunnelInstance: sized(said.tunnelInstance, idBytes, 'HandOver.tunnel_instance'),
      toInstance: sized(said.toInstance, idBytes, 'HandOver.to_instance'),
      identityKey: sizedOrEmpty(said.identityKey, keyBytes, 'HandOver.identity_key'),
      finished: said.finished ?? 0,
      unfinishedCount: said.unfinishedCount ?? 0,
      unfinished: (said.unfinished ?? []).slice(0, maxNamedUnfinished).map((each) => ({
        functionPath: each.functionPath ?? '',
        runningMs: each.runningMs ?? 0,
      })),
      ended: said.ended ?? false,
    };
  });
}
