// The attacker again, in the runtime that most functions have: each attempt
// answers "refused: CODE" or what it got.
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');
const { execFileSync } = require('child_process');

const attempt = async (f) => {
  try {
    return 'got ' + String(await f()).slice(0, 200);
  } catch (e) {
    return 'refused: ' + (e.code || e.message);
  }
};

const get = (url) => new Promise((resolve, reject) => {
  http.get(url, (res) => {
    res.resume();
    resolve(res.statusCode);
  }).on('error', reject);
});

const connect = (path) => new Promise((resolve, reject) => {
  net.connect({ path }, () => resolve('connected')).on('error', reject);
});

exports.handler = async (e) => {
  const out = {};
  for (const path of e.paths) {
    out['read ' + path] = await attempt(() => fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path));
    out['cat ' + path] = await attempt(() => execFileSync('/bin/cat', [path], { stdio: 'pipe' }));
  }
  for (const path of e.writes) {
    out['write ' + path] = await attempt(() => fs.writeFileSync(path, 'x'));
  }
  for (const pid of e.pids) {
    out['kill ' + pid] = await attempt(() => process.kill(pid, 'SIGTERM'));
  }
  for (const url of e.urls) {
    out['get ' + url] = await attempt(() => get(url));
  }
  out['connect'] = await attempt(() => connect(e.socket));
  out['own'] = await attempt(() => fs.readFileSync(__filename, 'utf8').length > 0 && process.env.SECRET);
  return out;
};
