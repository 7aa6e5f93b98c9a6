// What any stub needs of Node to speak HTTP and WebSocket over TLS, to seal and to compress.
require('node:crypto');
require('node:http');
require('node:https');
require('node:zlib');
