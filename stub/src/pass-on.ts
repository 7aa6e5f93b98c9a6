import { type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/**
 * Passes requests on as they come, and the answers back.
 * @param address `host:port`.
 */
export function passOn(address: string): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { method, url: path = '/', headers } = request;
    // Not resolved as a URL, in which a path that begins with `//` names another server.
    const sent = send(`http://${address}`, { method, path, headers: { ...headers, host: address } });
    sent.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    sent.on('error', () => response.destroy());
    // Whoever polls for long may leave before there is an answer.
    response.on('close', () => sent.destroy());
    request.pipe(sent);
  };
}
