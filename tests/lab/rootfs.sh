#!/bin/bash
# A disk with Debian's systemd and udev for the arm64 guest below $LAB/rootfs, made from packages that are only unpacked:
# nothing of them is run here. The start-up file system of guest.sh boots it.
. "$(dirname "$0")/env.sh"
. "$HERE/apt.sh"

step rootfs "$HERE/rootfs.sh" "$HERE/apt.sh" || exit 0
say "making a disk with systemd in $LAB/rootfs"
rootfs=$LAB/rootfs
root=$rootfs/root
rm -rf "$rootfs"
mkdir -p "$rootfs/debs" "$root"/usr/{bin,sbin,lib} "$root"/{proc,sys,dev,run,tmp,mnt,root,var/lib,var/log}
# As in an installed system, so that packages of either kind fit together.
for place in bin sbin lib; do ln -s "usr/$place" "$root/$place"; done
conf=$(apt_for arm64)
export APT_CONFIG=$conf
quietly get-rootfs apt-get install -y --no-install-recommends --download-only \
    -o Dir::Cache::archives="$rootfs/debs" systemd systemd-sysv udev dbus libgcc-s1 v4l-utils kmod procps busybox-static
for deb in "$rootfs"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
done
rm -rf "$root"/usr/share/{doc,man,locale,i18n} "$root"/usr/lib/*/gconv "$root"/usr/lib/udev/hwdb.d

# What the packages' scripts would have made.
etc=$root/etc
mkdir -p "$etc/systemd/system/multi-user.target.wants"
echo 'root::0:0:root:/root:/bin/sh' >"$etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$etc/shadow"
printf '%s\n' root:x:0: tty:x:5: dialout:x:20: video:x:44: >"$etc/group"
echo lab >"$etc/hostname"
: >"$etc/machine-id"
: >"$etc/fstab"
ln -sf busybox "$root/usr/bin/sh"
ln -sf /lib/systemd/system/multi-user.target "$etc/systemd/system/default.target"
for unit in systemd-resolved systemd-timesyncd systemd-firstboot apt-daily.timer serial-getty@ttyAMA0 getty@tty1; do
    ln -sf /dev/null "$etc/systemd/system/$unit.service"
done
cat >"$etc/systemd/system/lab.service" <<'UNIT'
[Unit]
Description=The job of the lab
After=multi-user.target dbus.service systemd-udevd.service

[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/sh -c '/mnt/job.sh >/mnt/out/job.log 2>&1; echo $$? >/mnt/out/rc; sync; systemctl poweroff --force --force'
UNIT
ln -sf ../lab.service "$etc/systemd/system/multi-user.target.wants/lab.service"
mke2fs -q -t ext4 -d "$root" "$rootfs/disk.ext4" 400M
rm -rf "$rootfs/debs" "$root"
done_step
say "disk with systemd, $(du -h "$rootfs/disk.ext4" | cut -f1)"
