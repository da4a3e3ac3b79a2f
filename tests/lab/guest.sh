#!/bin/bash
# A small arm64 machine for qemu below $LAB/guest: Debian's own kernel and a start-up file system that holds busybox,
# v4l-utils, udev and the kernel modules for a USB camera, USB serial lines and a button. Made from packages that are only unpacked.
. "$(dirname "$0")/env.sh"
. "$HERE/apt.sh"

step guest "$HERE/guest.sh" "$HERE/apt.sh" "$HERE/guest/init" || exit 0
say "making the arm64 guest in $LAB/guest"
MODULES="9p 9pnet_virtio virtio_pci uvcvideo vhci_hcd dummy_hcd libcomposite usb_f_acm cdc_acm vivid virtio_blk ext4
xhci_pci ftdi_sio gpio_keys"

guest=$LAB/guest
root=$guest/root
rm -rf "$guest"
mkdir -p "$guest/debs" "$guest/kernel" "$root"
conf=$(apt_for arm64)
export APT_CONFIG=$conf

kernel=$(apt-cache depends linux-image-arm64 | awk '/Depends: linux-image-/ && !found++ { sub(/.*linux-image-/, ""); print }')
[ -n "$kernel" ] || fail "apt knows no linux-image-arm64"
quietly get-guest apt-get install -y --no-install-recommends --download-only \
    -o Dir::Cache::archives="$guest/debs" v4l-utils libgcc-s1 busybox-static kmod udev
(cd "$guest/debs" && quietly get-kernel apt-get download "linux-image-$kernel")
dpkg -x "$guest/debs/linux-image-$kernel"_*.deb "$guest/kernel"
for deb in "$guest"/debs/*.deb; do
    case $deb in *linux-image* | *gconv* | *debconf* | *perl-base*) ;; *) dpkg -x "$deb" "$root" ;; esac
done
(cd "$root" && rm -rf usr/share usr/lib/*/gconv var etc lib/modules lib/udev/hwdb.d usr/lib/udev/hwdb.d)
mkdir -p "$root"/{proc,sys,dev,tmp,mnt,etc,run,bin,sbin}

# Only the modules named above and what they need.
tree=lib/modules/$kernel
mkdir -p "$root/$tree"
cp "$guest/kernel/$tree"/modules.{order,builtin,builtin.modinfo} "$root/$tree/"
depmod -b "$guest/kernel" "$kernel"
for module in $MODULES; do
    modprobe -d "$guest/kernel" -S "$kernel" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | sort -u | while read -r file; do
    inside=${file#"$guest/kernel/"}
    install -D -m 644 "$file" "$root/$inside"
done
depmod -b "$root" "$kernel"

install -m 755 "$HERE/guest/init" "$root/init"
cp "$guest/kernel/boot/vmlinuz-$kernel" "$guest/vmlinuz"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1 >"$guest/initrd.gz")
rm -rf "$guest/debs" "$guest/kernel" "$root"
echo "$kernel" >"$guest/version"
done_step
say "guest with Linux $kernel, $(du -ch "$guest/vmlinuz" "$guest/initrd.gz" | tail -n 1 | cut -f1)"
