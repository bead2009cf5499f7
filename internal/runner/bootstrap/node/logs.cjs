'use strict';

// console writes log events: one call is one event, whatever lines it has. They
// go framed to the descriptor that the platform gives, or as lines to stdout.

const fs = require('fs');
const { format } = require('util');

const levels = { trace: 5, debug: 10, info: 20, warn: 30, error: 40, fatal: 50 };

function writeAll(fd, buffer) {
  for (let done = 0; done < buffer.length;) {
    try {
      done += fs.writeSync(fd, buffer, done);
    } catch (e) {
      if (e.code !== 'EAGAIN') throw e;
    }
  }
}

function frames(fd) {
  return (text) => {
    const size = Buffer.byteLength(text);
    const buffer = Buffer.allocUnsafe(16 + size);
    buffer.writeUInt32BE(0xa55a0003, 0);
    buffer.writeUInt32BE(size, 4);
    buffer.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
    buffer.write(text, 16);
    writeAll(fd, buffer);
  };
}

function plainLines(text) {
  writeAll(1, Buffer.from(text.replace(/\n/g, '\r') + '\n'));
}

// install replaces the console's methods; state.requestId is that of the
// invocation under way.
function install(state) {
  const fd = Number(process.env._LAMBDA_TELEMETRY_LOG_FD);
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  const emit = fd ? frames(fd) : plainLines;
  const json = String(process.env.AWS_LAMBDA_LOG_FORMAT).toUpperCase() === 'JSON';
  const least = levels[String(process.env.AWS_LAMBDA_LOG_LEVEL).toLowerCase()] || 0;

  const log = (level, args) => {
    if (levels[level] < least) return;
    const timestamp = new Date().toISOString();
    const name = level.toUpperCase();
    if (!json) {
      emit(`${timestamp}\t${state.requestId}\t${name}\t${format(...args)}`);
      return;
    }
    const event = { timestamp, level: name, requestId: state.requestId };
    let text;
    try {
      text = JSON.stringify({ ...event, message: args.length === 1 && !(args[0] instanceof Error) ? args[0] : format(...args) });
    } catch {
      text = JSON.stringify({ ...event, message: format(...args) });
    }
    emit(text);
  };
  console.log = (...a) => log('info', a);
  for (const level of Object.keys(levels)) console[level] = (...a) => log(level, a);
  // trace keeps its stack.
  console.trace = (...a) => log('trace', [new Error(format(...a)).stack.replace(/^Error/, 'Trace')]);
}

module.exports = { install };
