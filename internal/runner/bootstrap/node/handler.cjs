'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { faults } = require('./errors.cjs');
const streaming = require('./streaming.cjs');

// isModulePackage tells whether .js files of a directory are ES modules: the
// nearest package.json decides, node_modules ends the search.
function isModulePackage(directory) {
  for (let d = directory; path.basename(d) !== 'node_modules'; d = path.dirname(d)) {
    const file = path.join(d, 'package.json');
    if (fs.existsSync(file)) {
      try {
        return JSON.parse(fs.readFileSync(file, 'utf8')).type === 'module';
      } catch {
        console.warn(`${file} cannot be read; its type is ignored`);
        return false;
      }
    }
    if (d === path.dirname(d)) break;
  }
  return false;
}

const load = {
  require: (file) => require(file),
  import: (file) => import(pathToFileURL(file).href),
};

// findModule loads the module as AWS finds it: beside the code by extension,
// then as a package.
async function findModule(root, directory, name) {
  const base = path.resolve(root, directory, name);
  const esm = isModulePackage(path.dirname(base));
  const candidates = [['', 'require'], ['.js', esm ? 'import' : 'require'], ['.mjs', 'import'], ['.cjs', 'require']];
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    candidates.push(['.ts', esm ? 'import' : 'require'], ['.mts', 'import'], ['.cts', 'require']);
  }
  for (const [extension, how] of candidates) {
    if (fs.existsSync(base + extension)) return load[how](base + extension);
  }
  return require(require.resolve(name, { paths: [root, path.resolve(root, directory)] }));
}

// loadHandler resolves "directory/module.export.nested".
async function loadHandler(root, spelled) {
  if (spelled.includes('..')) {
    throw new faults.MalformedHandlerName(
      `'${spelled}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const last = path.basename(spelled);
  const directory = spelled.slice(0, spelled.lastIndexOf(last));
  const dot = last.indexOf('.');
  if (dot < 0) throw new faults.MalformedHandlerName('Bad handler');
  streaming.install();
  let module;
  try {
    module = await findModule(root, directory, last.slice(0, dot));
  } catch (e) {
    if (e instanceof SyntaxError) throw new faults.UserCodeSyntaxError(e);
    if (e && e.code === 'MODULE_NOT_FOUND') throw new faults.ImportModuleError(e);
    throw e;
  }
  const handler = last.slice(dot + 1).split('.').reduce((o, key) => o && o[key], module);
  if (!handler) throw new faults.HandlerNotFound(`${spelled} is undefined or not exported`);
  if (typeof handler !== 'function') throw new faults.HandlerNotFound(`${spelled} is not a function`);
  return handler;
}

module.exports = { loadHandler };
