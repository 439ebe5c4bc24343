#!/usr/bin/env bash
# Installs what is needed, builds, runs every test. Tests that need something
# which is not here (Go, Node, real data) skip with a word.
#
#   tools/test.sh              everything
#   tools/test.sh -R NAME      any argument goes to ctest
set -euo pipefail
cd "$(dirname "$0")/.."

./tools/setup.sh
cmake --preset test
cmake --build --preset test
echo "built after $SECONDS s"
ctest --preset test -j "$(nproc)" "$@"
