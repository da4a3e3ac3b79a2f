#!/bin/bash
# boot.sh DIR SECONDS [--systemd] : boots the guest, which runs DIR/job.sh with DIR at /mnt; what it leaves is in DIR/out.
# With --systemd it runs it as a service of the systemd on rootfs.sh's disk, of which nothing is changed.
# Fails when the guest is not through after SECONDS or leaves no exit code; else gives the job's exit code.
. "$(dirname "$0")/env.sh"
share=$1
limit=$2
disk=() options=
if [ "${3:-}" = --systemd ]; then
    disk=(-drive "file=$LAB/rootfs/disk.ext4,if=virtio,format=raw,snapshot=on")
    options="rootdisk systemd.show_status=0"
fi

rm -rf "$share/out"
mkdir -p "$share/out"
# A Pi 4 has these cores. Emulated (no KVM is asked for), so that it runs on any host.
timeout --kill-after=10 "$limit" qemu-system-aarch64 \
    -machine virt,gic-version=3 -accel tcg,thread=multi -cpu "${GUEST_CPU:-cortex-a72}" -smp 2 -m 1024 \
    -nodefaults -no-reboot -display none -serial stdio \
    -kernel "$LAB/guest/vmlinuz" -initrd "$LAB/guest/initrd.gz" \
    -append "console=ttyAMA0 panic=-1 quiet mitigations=off $options" \
    "${disk[@]}" \
    -virtfs "local,path=$share,mount_tag=share,security_model=none,multidevs=remap" \
    </dev/null >"$share/console.log" 2>&1 && ended=0 || ended=$?
if [ ! -s "$share/out/rc" ]; then
    tail -n 20 "$share/console.log" >&2
    [ "$ended" = 124 ] || [ "$ended" = 137 ] && fail "the guest was not through after $limit s"
    fail "the guest ended (qemu: $ended) without an exit code of its job"
fi
exit "$(cat "$share/out/rc")"
