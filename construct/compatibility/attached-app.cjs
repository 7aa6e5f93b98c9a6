'use strict';
// Preloaded (`node --require`) into a CDK app that knows nothing of live-lambda: makes `new App()` read as if the app
// had `LiveLambda.attach(app)` right after it. Nothing of the app is changed on disk. Where the app has the line itself,
// that one counts, and can be switched off here.
const Module = require('node:module');
const { sep } = require('node:path');

const { construct, attached } = JSON.parse(process.env.LIVE_LAMBDA_COMPATIBILITY ?? '{}');
/** aws-cdk-lib's own file of the class. */
const appModule = ['aws-cdk-lib', 'core', 'lib', 'app.js'].join(sep);
const folder = construct + sep;
const patched = new WeakSet();
/** Resolves as the app's own aws-cdk-lib does. */
let requireOfApp;

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, parent, ...rest) {
  // The construct works with the app's libraries, as if it were installed beside them.
  const isLibrary = /^(aws-cdk-lib|constructs)(\/|$)/.test(request);
  if (isLibrary && requireOfApp !== undefined && parent?.filename?.startsWith(folder))
    return requireOfApp.resolve(request);
  return resolveFilename.call(this, request, parent, ...rest);
};

const load = Module._load;
Module._load = function loadModule(request, parent, ...rest) {
  const loaded = load.call(this, request, parent, ...rest);
  if (!/(^|\/)app(\.js)?$/.test(request) || typeof loaded !== 'object' || patched.has(loaded)) return loaded;
  const filename = Module._resolveFilename(request, parent);
  if (!filename.endsWith(appModule) || typeof loaded.App !== 'function') return loaded;
  patched.add(loaded);
  requireOfApp ??= Module.createRequire(filename);
  loaded.App = attachedClass(loaded.App);
  return loaded;
};

function attachedClass(Original) {
  return {
    App: class App extends Original {
      constructor(...parameters) {
        super(...parameters);
        attach(this);
      }
    },
  }.App;
}

/** The construct that the app has installed and loaded itself when its first `App` is made: it has the line. */
let ownConstruct;
let isFirst = true;

function attach(app) {
  if (isFirst) ownConstruct = Object.values(require.cache).find(isConstruct)?.exports;
  isFirst = false;
  if (ownConstruct === undefined) {
    const { LiveLambda } = require(construct);
    if (attached) LiveLambda.attach(app);
  } else if (!attached) ownConstruct.LiveLambda.attach = () => undefined;
}

function isConstruct({ filename, exports } = {}) {
  const isInstalled = filename?.startsWith(folder) || filename?.includes(`${sep}live-lambda-cdk${sep}`);
  return isInstalled && typeof exports?.LiveLambda === 'function';
}
