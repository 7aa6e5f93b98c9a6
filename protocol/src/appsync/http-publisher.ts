import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ChannelError } from '../channel.ts';
import { connectionOptions, type EventApiEndpoint, publishUrl } from './endpoint.ts';
import { channelErrorOf, parseJson, readServiceErrors } from './service-messages.ts';
import type { Signer } from './signing.ts';

const publishTimeoutMs = 10_000;
/** Publishes in flight at once: enough to fill a line of 30 ms and 100 Mbit/s with requests of a megabyte. */
const maxConnections = 8;
const maxAnswerBytes = 64 * 1024;

/** Publishes over HTTP, on connections that are kept. */
export interface HttpPublisher {
  /** @throws ChannelError */
  publish(body: string, attempted: string): Promise<void>;
  close(): void;
}

export function createHttpPublisher(options: {
  readonly endpoint: EventApiEndpoint;
  readonly signer: Signer;
  readonly agentFor?: ((url: URL) => HttpAgent | undefined) | undefined;
}): HttpPublisher {
  const url = publishUrl(options.endpoint);
  const secure = url.protocol === 'https:';
  const pool = { keepAlive: true, maxSockets: maxConnections };
  const agent = options.agentFor?.(url) ?? (secure ? new HttpsAgent(pool) : new HttpAgent(pool));
  const send = secure ? httpsRequest : httpRequest;
  const how = { ...connectionOptions(url.host), method: 'POST', agent, timeout: publishTimeoutMs };

  async function post(
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = send(url, { ...how, headers }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= maxAnswerBytes) chunks.push(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${publishTimeoutMs / 1000} s`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  return {
    async publish(body, attempted) {
      const headers = await options.signer.request(body);
      const { status, text } = await post(body, headers).catch((cause: Error) => {
        throw new ChannelError('unreachable', `${attempted}: ${cause.message}`, { cause });
      });
      const answer = parseJson(text);
      const { errors, failed } =
        typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
      const complaints = readServiceErrors(status === 200 ? failed : errors);
      if (complaints.length > 0) throw channelErrorOf(complaints, attempted);
      if (status === 200) return;
      throw new ChannelError(status === 401 || status === 403 ? 'refused' : 'rejected', `${attempted}: HTTP ${status}`);
    },
    close: () => agent.destroy(),
  };
}
