import type { Agent } from 'node:http';
import { WebSocket } from 'ws';
import { connectionOptions } from './endpoint.ts';

/** What a socket tells. After `lost` nothing follows. */
export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  lost(cause: Error): void;
}

export interface Socket {
  send(text: string): void;
  /** Drops the connection at once, without waiting for a peer that may be gone; no event follows. */
  terminate(): void;
}

export type OpenSocket = (url: string, subprotocols: readonly string[], events: SocketEvents) => Socket;

/** A client's own bound: the service delivers events of 240 KB at most, JSON-escaped and with an id. */
const maxReceivedBytes = 2 * 1024 * 1024;

/** @param agentFor gives the agent of a proxy, which `ws` itself knows nothing of. */
export function openSocket(
  url: string,
  subprotocols: readonly string[],
  events: SocketEvents,
  agentFor?: (url: URL) => Agent | undefined,
): Socket {
  const target = new URL(url);
  const agent = agentFor?.(target);
  const socket = new WebSocket(target, [...subprotocols], {
    ...connectionOptions(target.host),
    perMessageDeflate: false,
    maxPayload: maxReceivedBytes,
    ...(agent && { agent }),
  });
  let ended = false;
  const lose = (cause: Error) => {
    if (ended) return;
    ended = true;
    events.lost(cause);
  };
  socket.on('open', () => {
    if (!ended) events.opened();
  });
  socket.on('message', (data, isBinary) => {
    if (!ended && !isBinary) events.received(data.toString());
  });
  socket.on('error', lose);
  socket.on('close', (code) => lose(new Error(`the service closed the connection (${code})`)));
  return {
    send(text) {
      if (!ended) socket.send(text);
    },
    terminate() {
      ended = true;
      socket.terminate();
    },
  };
}
