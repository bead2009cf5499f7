'use strict';

const mark = Symbol.for('aws.lambda.runtime.handler.streaming');
const highWaterMark = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const integration = 'application/vnd.awslambda.http-integration-response';

// install gives functions the global through which they ask for streaming.
function install() {
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[mark] = 'response';
      if (typeof options?.highWaterMark === 'number') handler[highWaterMark] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: {
      // from sends status and headers as JSON before the body, ended by eight
      // zero bytes.
      from(stream, prelude) {
        stream.setContentType(integration);
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(prelude));
          write(Buffer.alloc(8));
        };
        return stream;
      },
    },
  };
}

const isStreaming = (handler) => handler[mark] === 'response';

// openStream returns the handler's response stream. It has a connection of its
// own, opened by the first write. fail ends it with an error, or returns false
// when nothing was sent yet.
function openStream(client, requestId, handler) {
  const net = require('net');
  const { Writable } = require('stream');
  let contentType = 'application/octet-stream';
  let socket;
  let settle;
  const finished = new Promise((resolve) => { settle = resolve; });

  const chunk = (data) => {
    const bytes = Buffer.from(data);
    if (bytes.length === 0) return true;
    socket.cork();
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    const free = socket.write('\r\n');
    socket.uncork();
    return free;
  };
  const begin = () => {
    if (socket) return;
    socket = net.connect(client.target);
    socket.on('error', (e) => stream.destroy(e));
    socket.on('data', () => settle());
    socket.on('close', () => settle());
    socket.write(`POST /2018-06-01/runtime/invocation/${requestId}/response HTTP/1.1\r\nHost: ${client.host}\r\n` +
      `Content-Type: ${contentType.replace(/[\r\n]/g, ' ')}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n` +
      'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n' +
      'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n');
    stream._onBeforeFirstWrite?.(chunk);
  };
  const stream = new Writable({
    highWaterMark: handler[highWaterMark],
    decodeStrings: true,
    write(data, _, done) {
      begin();
      if (chunk(data)) done();
      else socket.once('drain', done);
    },
    final(done) {
      begin();
      socket.end('0\r\n\r\n');
      done();
    },
  });
  stream.setContentType = (type) => {
    if (socket) throw new (require('./errors.cjs').faults.InvalidStreamingOperation)('Cannot set content-type, too late.');
    contentType = String(type);
  };
  const fail = (document) => {
    if (!socket) return false;
    const type = String(document.errorType).replace(/[\r\n]/g, ' ');
    socket.end(`0\r\nLambda-Runtime-Function-Error-Type: ${type}\r\n` +
      `Lambda-Runtime-Function-Error-Body: ${Buffer.from(JSON.stringify(document)).toString('base64')}\r\n\r\n`);
    return true;
  };
  return { stream, finished, fail };
}

module.exports = { install, isStreaming, openStream };
