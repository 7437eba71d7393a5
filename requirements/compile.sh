#!/usr/bin/env bash
# Writes the hash-locked requirement files anew. Needs uv; names no download host.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$@"; }
lock pyproject.toml --group build -o requirements/base.txt
lock -c requirements/base.txt pyproject.toml --group build --group dev --extra download --extra pg -o requirements/dev.txt
lock --no-deps requirements/vad.in -o requirements/vad.txt
lock --no-deps requirements/oracles.in -o requirements/oracles.txt
