#!/usr/bin/env bash
# Installs what modlog needs to build and to run its tests, from the distribution's packages alone.
# For Debian 12 and Ubuntu 24.04, as root or with sudo. Asks apt only when something is missing.
#
#   tools/setup.sh            what a build and the tests need
#   tools/setup.sh --dev      and what a developer needs: clang, clang-tidy, fuzzing
set -euo pipefail

case "${1:-}" in
  "" | --dev) ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

build=(build-essential cmake ninja-build pkg-config ccache
  libssl-dev protobuf-compiler libprotobuf-dev protobuf-compiler-grpc libgrpc++-dev
  libabsl-dev librocksdb-dev libmicrohttpd-dev libcurl4-openssl-dev libarchive-dev
  libcli11-dev prometheus-cpp-dev nlohmann-json3-dev libtomlplusplus-dev libspdlog-dev
  libp11-kit-dev libidn2-dev)
test=(libgtest-dev librapidcheck-dev libbenchmark-dev python3 python3-protobuf
  python3-grpcio curl e2fsprogs git openssl util-linux softhsm2 opensc)
dev=(clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev)

packages=("${build[@]}" "${test[@]}")
[ "${1:-}" = --dev ] && packages+=("${dev[@]}")

if ! command -v apt-get >/dev/null; then
  echo "setup: apt-get not found: install these by hand, under your system's names:" >&2
  printf '  %s\n' "${packages[@]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing ${#missing[@]} packages: ${missing[*]}"
# Another source of this machine may be out of order; ours need not be.
"${as_root[@]}" apt-get update -q ||
  echo "setup: apt-get update failed, going on with the lists that are here" >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
