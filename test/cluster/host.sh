#!/bin/sh
# Runs inside a network namespace and a mount namespace of its own: a machine with its own /nix, nix-daemon and sshd.
# host.sh DIRECTORY SANDBOX, which is true or false
set -eu
dir=$1
mkdir -p "$dir/nix/store" "$dir/nix/var" "$dir/etc-nix"
mount --make-rprivate /
mkdir -p /nix /etc/nix /run/sshd
mount --bind "$dir/nix" /nix
mount --bind "$dir/etc-nix" /etc/nix
cat >/etc/nix/nix.conf <<CONF
experimental-features = nix-command ca-derivations
system-features = ca-derivations
sandbox = $2
sandbox-fallback = false
sandbox-paths =
substituters =
cores = 2
build-users-group =
max-jobs = 4
trusted-users = root
CONF
nix-daemon >"$dir/nix-daemon.log" 2>&1 &
exec /usr/sbin/sshd -D -e -f "$dir/sshd_config" >"$dir/sshd.log" 2>&1
