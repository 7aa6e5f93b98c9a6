/** The query protocol of AWS: a form in, XML out (Smithy, "AWS query protocol"). */
export interface QueryRequest {
  readonly action: string;
  readonly version: string;
  readonly parameters: URLSearchParams;
}

export interface QueryAnswer {
  readonly status: number;
  readonly body: string;
}

/** A tree of XML elements: text, or children by name; a list becomes `<member>` elements. */
export type XmlContent = string | readonly XmlContent[] | { readonly [name: string]: XmlContent | undefined };

export const parseQueryRequest = (payload: Uint8Array): QueryRequest => {
  const parameters = new URLSearchParams(Buffer.from(payload).toString('utf8'));
  return { action: parameters.get('Action') ?? '', version: parameters.get('Version') ?? '', parameters };
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

const escapeXml = (text: string): string => text.replace(/[&<>"\r]/g, (character) => entities[character] ?? character);

const isList = (content: XmlContent): content is readonly XmlContent[] => Array.isArray(content);

const writeXml = (content: XmlContent): string => {
  if (typeof content === 'string') return escapeXml(content);
  if (isList(content)) return content.map((item) => `<member>${writeXml(item)}</member>`).join('');
  return Object.entries(content)
    .map(([name, child]) => (child === undefined ? '' : `<${name}>${writeXml(child)}</${name}>`))
    .join('');
};

export interface QueryService {
  readonly xmlNamespace: string;
}

export const queryResult = (
  service: QueryService,
  answer: { readonly action: string; readonly requestId: string; readonly result: XmlContent },
): QueryAnswer => {
  const { action, requestId, result } = answer;
  const content = writeXml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  return { status: 200, body: `<${action}Response xmlns="${service.xmlNamespace}">${content}</${action}Response>\n` };
};

export const queryError = (
  service: QueryService,
  error: { readonly status: number; readonly code: string; readonly message: string; readonly requestId: string },
): QueryAnswer => {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const content = writeXml({
    Error: { Type: type, Code: error.code, Message: error.message },
    RequestId: error.requestId,
  });
  return { status: error.status, body: `<ErrorResponse xmlns="${service.xmlNamespace}">${content}</ErrorResponse>\n` };
};
