/**
 * Serves a template over Lambda's Runtime API: asks for an event, answers it, asks for the next.
 * Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
 */
import { request } from 'node:http';
import { fillTemplate, readTemplate } from './template.js';

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

/**
 * Without a time limit: the next event may take hours to come.
 *
 * @param {string} method
 * @param {string} path
 * @param {string} [body]
 * @returns {Promise<{ headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}/${path}`, { method }, async (response) => {
      response.setEncoding('utf8');
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ headers: response.headers, body: text });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @param {Error} error */
function describe(error) {
  return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] });
}

/** Text that is JSON when it is filled is the answer itself, other text is a string. */
function answerOf(parts, event) {
  const text = fillTemplate(parts, event);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

async function serve(parts) {
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next');
    const invocation = `invocation/${headers['lambda-runtime-aws-request-id']}`;
    try {
      await call('POST', `${invocation}/response`, answerOf(parts, body));
    } catch (error) {
      await call('POST', `${invocation}/error`, describe(error));
    }
  }
}

try {
  await serve(readTemplate(process.argv[2] ?? ''));
} catch (error) {
  await call('POST', 'init/error', describe(error));
  process.exitCode = 1;
}
