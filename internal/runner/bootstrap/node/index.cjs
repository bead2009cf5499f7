'use strict';

const { Client } = require('./client.cjs');
const { faults, document, describe } = require('./errors.cjs');
const { makeContext } = require('./context.cjs');
const logs = require('./logs.cjs');
const { isStreaming, openStream } = require('./streaming.cjs');
const { loadHandler } = require('./handler.cjs');

const invocationPath = '/2018-06-01/runtime/invocation/';
const json = 'Content-Type: application/json\r\n';

const state = { requestId: undefined, ready: false };
const client = new Client(process.env.AWS_LAMBDA_RUNTIME_API);

const errorHeaders = (d) => `${json}Lambda-Runtime-Function-Error-Type: ${String(d.errorType).replace(/[\r\n]/g, ' ')}\r\n`;

// fatal reports an error that no handler caught, and ends the process.
async function fatal(title, error, code) {
  console.error(title, describe(error));
  const d = document(error);
  const path = state.requestId === undefined ? '/2018-06-01/runtime/init/error' : `${invocationPath}${state.requestId}/error`;
  client.ref();
  await client.post(path, errorHeaders(d), JSON.stringify(d));
  process.exit(code);
}

process.on('uncaughtException', (e) => fatal('Uncaught Exception', e, 129));
process.on('unhandledRejection', (reason, promise) => {
  const e = new faults.UnhandledPromiseRejection(reason instanceof Error ? reason.toString() : String(reason));
  e.reason = reason;
  e.promise = promise;
  fatal('Unhandled Promise Rejection', e, 128);
});

// emptyLoop resolves when nothing is left to do.
let onEmpty = null;
process.on('beforeExit', () => {
  const f = onEmpty;
  onEmpty = null;
  f?.();
});
const emptyLoop = () => new Promise((resolve) => { onEmpty = resolve; });

// callHandler resolves to the handler's result. A handler answers by its
// promise, by callback, or by leaving nothing to do.
function callHandler(handler, event, context, modern) {
  return new Promise((resolve, reject) => {
    let settled = false;
    const answer = (error, value) => {
      if (settled) return;
      settled = true;
      const deliver = () => (error ? reject(error) : resolve(value));
      if (error || !context.callbackWaitsForEmptyEventLoop) {
        onEmpty = null;
        deliver();
      } else {
        emptyLoop().then(deliver);
      }
    };
    if (!modern) {
      context.succeed = (value) => answer(null, value);
      context.fail = (error) => answer(error ?? 'handled');
      context.done = (error, value) => answer(error, value);
    }
    emptyLoop().then(() => { settled = true; resolve(null); });
    let returned;
    try {
      returned = modern ? handler(event, context) : handler(event, context, answer);
    } catch (e) {
      returned = Promise.reject(e);
    }
    if (typeof returned?.then === 'function') {
      returned.then(
        (value) => { if (!settled) { settled = true; onEmpty = null; resolve(value); } },
        (error) => { if (!settled) { settled = true; onEmpty = null; reject(error); } });
    }
  });
}

function stringify(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

// serve runs one invocation and returns the next one.
async function serve(handler, invocation, modern) {
  const { headers, body } = invocation;
  const requestId = headers['lambda-runtime-aws-request-id'];
  state.requestId = requestId;
  if (headers['lambda-runtime-trace-id']) process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  else delete process.env._X_AMZN_TRACE_ID;
  client.unref();
  let stream;
  try {
    const context = makeContext(headers);
    const event = JSON.parse(body);
    if (isStreaming(handler)) {
      stream = openStream(client, requestId, handler);
      await handler(event, stream.stream, context);
      await stream.finished;
      client.ref();
      return client.next();
    }
    const result = stringify(await callHandler(handler, event, context, modern));
    client.ref();
    return client.answer(`${invocationPath}${requestId}/response`, json, result);
  } catch (e) {
    console.error('Invoke Error', describe(e));
    client.ref();
    const d = document(e);
    if (stream?.fail(d)) {
      await stream.finished;
      return client.next();
    }
    return client.answer(`${invocationPath}${requestId}/error`, errorHeaders(d), JSON.stringify(d));
  }
}

async function main() {
  logs.install(state);
  client.connect();
  let handler;
  // From Node.js 24 on Lambda has no callbacks.
  const modern = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1]) >= 24;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
    if (modern && handler.length >= 3 && !isStreaming(handler)) {
      throw new faults.CallbackHandlerDeprecated(
        'Callback-based function handlers are not supported by Node.js 24 and later; use an async handler');
    }
  } catch (e) {
    await fatal('Uncaught Exception', e, 129);
    return;
  }
  let invocation = await client.next();
  for (;;) invocation = await serve(handler, invocation, modern);
}

main();
