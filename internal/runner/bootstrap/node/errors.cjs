'use strict';

const { types } = require('util');

// fault makes an error class whose name AWS's runtime reports.
function fault(name) {
  const c = class extends Error {};
  Object.defineProperty(c.prototype, 'name', { value: `Runtime.${name}`, writable: true, configurable: true });
  return c;
}

const faults = {
  ImportModuleError: fault('ImportModuleError'),
  HandlerNotFound: fault('HandlerNotFound'),
  MalformedHandlerName: fault('MalformedHandlerName'),
  UserCodeSyntaxError: fault('UserCodeSyntaxError'),
  InvalidStreamingOperation: fault('InvalidStreamingOperation'),
  UnhandledPromiseRejection: fault('UnhandledPromiseRejection'),
  CallbackHandlerDeprecated: fault('CallbackHandlerDeprecated'),
};

function looksLikeError(e) {
  return Boolean(e) && ['name', 'message', 'stack'].every((k) => typeof e[k] === 'string' && e[k] !== '');
}

// document is the error as the caller of the function sees it.
function document(e) {
  try {
    if (types.isNativeError(e) || looksLikeError(e)) {
      return { errorType: e.name, errorMessage: e.message, trace: String(e.stack).split('\n') };
    }
    return { errorType: typeof e, errorMessage: String(e), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'the error has no readable name, message or stack' };
  }
}

// describe is the error as it is logged, with the properties it was given.
function describe(e) {
  try {
    return '\t' + JSON.stringify(e, (_, v) => {
      if (!(v instanceof Error)) return v;
      const out = { errorType: v.name, errorMessage: v.message, code: v.code, ...v };
      if (typeof v.stack === 'string') out.stack = v.stack.split('\n');
      return out;
    });
  } catch {
    return '\t' + JSON.stringify(document(e));
  }
}

module.exports = { faults, document, describe };
