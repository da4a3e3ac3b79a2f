#!/bin/bash
# boot.sh DIR SECONDS [--systemd] : boots the guest, which runs DIR/job.sh with DIR at /mnt; what it leaves is in DIR/out.
# With --systemd it runs it as a service of the systemd on rootfs.sh's disk, of which nothing is changed.
# For each line that the job adds to DIR/out/push, the machine's button is pressed, which is line 3 of its GPIO chip, and a
# line is added to DIR/out/pushed. What goes over its serial adapter is in DIR/out/adapter.raw.
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
mkfifo "$share/monitor"
# Opened for both, so that neither waits for the other.
exec 3<>"$share/monitor"
tail --pid=$$ -n +1 -s 0.05 -F "$share/out/push" 2>/dev/null | while read -r _; do
    echo system_powerdown >&3
    echo pushed >>"$share/out/pushed"
done &
# A Pi 4 has these cores. Emulated (no KVM is asked for), so that it runs on any host.
timeout --kill-after=10 "$limit" qemu-system-aarch64 \
    -machine virt,gic-version=3 -accel tcg,thread=multi -cpu "${GUEST_CPU:-cortex-a72}" -smp 2 -m 1024 \
    -nodefaults -no-reboot -display none -serial "file:$share/console.log" -monitor stdio \
    -device qemu-xhci -chardev "file,id=adapter,path=$share/out/adapter.raw" -device usb-serial,chardev=adapter \
    -kernel "$LAB/guest/vmlinuz" -initrd "$LAB/guest/initrd.gz" \
    -append "console=ttyAMA0 panic=-1 quiet mitigations=off $options" \
    "${disk[@]}" \
    -virtfs "local,path=$share,mount_tag=share,security_model=none,multidevs=remap" \
    <&3 >"$share/qemu.log" 2>&1 && ended=0 || ended=$?
if [ ! -s "$share/out/rc" ]; then
    tail -n 20 "$share/console.log" "$share/qemu.log" >&2
    [ "$ended" = 124 ] || [ "$ended" = 137 ] && fail "the guest was not through after $limit s"
    fail "the guest ended (qemu: $ended) without an exit code of its job"
fi
exit "$(cat "$share/out/rc")"
