#!/bin/bash
# A private Rust compiler with the aarch64 standard library, from Debian's packages, below $LAB/rust.
# rustup's own cargo drives it (RUSTC=), so this also works where rustup cannot fetch targets. ~/.rustup, ~/.cargo and
# the host's dpkg stay as they are.
. "$(dirname "$0")/env.sh"
. "$HERE/apt.sh"

# That it was unpacked once is not enough: it must compile for the target.
compiles() { echo 'pub fn works() {}' | "$LAB/rust/rustc" --target "$TARGET" --crate-type lib --emit metadata -o "$LAB/works.rmeta" - 2>/dev/null; }
step toolchain "$HERE/toolchain.sh" "$HERE/apt.sh" || ! compiles || exit 0
say "unpacking Debian's Rust compiler and its aarch64 library into $LAB/rust"
rm -rf "$LAB/rust"
mkdir -p "$LAB/rust" "$LAB/debs/rust"
cd "$LAB/debs/rust"
host_conf=$(apt_for amd64)
arm_conf=$(apt_for arm64)

# unpack CONF PACKAGE [VERSION] : unpacks one package into the private tree; it is last.deb then.
unpack() {
    local file
    quietly "get-$2" env APT_CONFIG="$1" apt-get download "$2${3:+=$3}"
    file=$(echo "$2"_*.deb)
    dpkg -x "$file" "$LAB/rust"
    mv "$file" last.deb
}

# rustc-web is the compiler that Debian keeps current for browsers; the newest there is.
version=$(APT_CONFIG=$host_conf apt-cache madison rustc-web | awk '{print $3}' | sort -V | tail -n 1)
[ -n "$version" ] || fail "this Debian release has no package rustc-web (bookworm with its security updates has)"
short=$(echo "$version" | cut -d. -f1,2)
rm -f ./*.deb
unpack "$host_conf" rustc-web "$version"
unpack "$host_conf" libstd-rust-web-dev "$version"
unpack "$host_conf" "libstd-rust-web-$short" "$version"
llvm=$(dpkg-deb -f last.deb Depends | grep -o 'libllvm[0-9]*' | sort -u)
unpack "$host_conf" "$llvm"
unpack "$arm_conf" libstd-rust-web-dev "$version"

# Found from its own place, so that a checkout may move.
cat >"$LAB/rust/rustc" <<WRAPPER
#!/bin/sh
rust=\$(dirname "\$0")/usr
LD_LIBRARY_PATH=\$rust/lib/x86_64-linux-gnu:\$rust/lib/llvm-${llvm#libllvm}/lib exec "\$rust/bin/rustc" "\$@"
WRAPPER
chmod +x "$LAB/rust/rustc"
compiles || fail "the unpacked compiler does not compile for $TARGET"
rm -f ./*.deb
done_step
say "$("$LAB/rust/rustc" --version) for $TARGET"
