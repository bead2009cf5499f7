'use strict';

// The Runtime API over one kept connection. Node's http module is avoided: it
// costs a third of a cold start and most of a warm call.

const net = require('net');

const separator = Buffer.from('\r\n\r\n');

class Client {
  constructor(address) {
    const colon = address.lastIndexOf(':');
    this.host = address;
    this.target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true };
    this.waiting = []; // resolvers, in the order of the requests
    this.received = [];
    this.size = 0;
    this.needed = 0; // bytes of the answer under way, 0 while its head is incomplete
  }

  connect() {
    this.socket = net.connect(this.target);
    this.socket.on('data', (data) => this.take(data));
    this.socket.on('error', () => process.exit(1));
    this.socket.on('close', () => process.exit(1));
  }

  ref() { this.socket.ref(); }
  unref() { this.socket.unref(); }

  // next asks for an invocation: {headers, body}.
  next() {
    return this.send(this.head('GET', '/2018-06-01/runtime/invocation/next', ''));
  }

  // answer posts a result and asks for the next invocation in one write: the
  // answers come in order.
  answer(path, headers, body) {
    const length = Buffer.byteLength(body);
    const head = this.head('POST', path, `${headers}Content-Length: ${length}\r\n`);
    const next = this.head('GET', '/2018-06-01/runtime/invocation/next', '');
    this.waiting.push(() => {});
    if (length < 65536) return this.send(head + body + next);
    this.socket.write(head);
    this.socket.write(body);
    return this.send(next);
  }

  // post posts without asking for more.
  post(path, headers, body) {
    return this.send(this.head('POST', path, `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`) + body);
  }

  head(method, path, headers) {
    return `${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${headers}\r\n`;
  }

  send(data) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.socket.write(data);
    });
  }

  take(data) {
    this.received.push(data);
    this.size += data.length;
    while (this.size > 0 && this.size >= this.needed) {
      const all = this.received.length === 1 ? this.received[0] : Buffer.concat(this.received);
      this.received = [all];
      const end = all.indexOf(separator);
      if (end < 0) return;
      const lines = all.latin1Slice(0, end).split('\r\n');
      const headers = {};
      for (let i = 1; i < lines.length; i++) {
        const colon = lines[i].indexOf(':');
        headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
      }
      const start = end + separator.length;
      this.needed = start + Number(headers['content-length'] || 0);
      if (all.length < this.needed) return;
      const body = all.subarray(start, this.needed);
      const rest = all.subarray(this.needed);
      this.received = rest.length > 0 ? [rest] : [];
      this.size = rest.length;
      this.needed = 0;
      const status = Number(lines[0].split(' ')[1]);
      if (status === 100) continue;
      this.waiting.shift()({ status, headers, body });
    }
  }
}

module.exports = { Client };
