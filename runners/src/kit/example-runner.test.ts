// The example is tested as its author would test it, by the package's public names.
import '../../example/runner.test.js';
