#!/bin/sh
# Lambda starts this instead of the runtime, with the runtime's own command as arguments: the first is Node.
# It lies beside the stub, in the function's code or in a layer.
# Shell built-ins only: Lambda's images have no coreutils.
exec "$1" "${0%/*}/stub.cjs" "$@"
