/** Machines to build on, without machines: each is a network namespace and a mount namespace, with its own /nix, nix-daemon and sshd. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SSHD = '/usr/sbin/sshd';

/** Why hosts cannot be made here; `undefined` if they can. */
export function whyNoHosts(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (!existsSync(SSHD)) return 'there is no sshd (apt-get install openssh-server)';
  const made = spawnSync('ip', ['netns', 'add', 'zilch-probe']);
  if (made.error !== undefined) return 'there is no ip (apt-get install iproute2)';
  if (made.status !== 0) return `network namespaces cannot be made: ${made.stderr.toString().trim()}`;
  execFileSync('ip', ['netns', 'delete', 'zilch-probe']);
  return undefined;
}

export class Host {
  private readonly process: ChildProcess;

  private constructor(
    readonly name: string,
    readonly directory: string,
    private readonly namespace: string,
    private readonly link: string,
    private readonly address: string,
    sandbox: boolean,
  ) {
    const script = fileURLToPath(new URL('host.sh', import.meta.url));
    this.process = spawn(
      'ip',
      ['netns', 'exec', namespace, 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', script, directory, String(sandbox)],
      { stdio: 'ignore' },
    );
  }

  /** Starts host number `number` (1 to 200) below `parent`, whose `ssh_config` and `key` the hosts share. `sandbox` is Nix's setting. */
  static async start(parent: string, number: number, sandbox = true): Promise<Host> {
    const name = `zilch-host${number}`;
    const directory = join(parent, name);
    const namespace = `zilch-${process.pid}-${number}`;
    const link = `zl${process.pid % 100000}-${number}`;
    const address = `10.213.${number}.2`;
    mkdirSync(directory);
    ip('netns', 'add', namespace);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('address', 'add', `10.213.${number}.1/24`, 'dev', link);
    ip('link', 'set', link, 'up');
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    const key = join(parent, 'key');
    if (!existsSync(key)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'host_key')]);
    writeFileSync(
      join(directory, 'sshd_config'),
      [
        `ListenAddress ${address}`,
        `HostKey ${join(directory, 'host_key')}`,
        `AuthorizedKeysFile ${key}.pub`,
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        'SetEnv NIX_REMOTE=daemon',
        '',
      ].join('\n'),
    );
    const config = join(parent, 'ssh_config');
    const before = existsSync(config) ? readFileSync(config, 'utf8') : '';
    writeFileSync(
      config,
      `${before}Host ${name}\n  HostName ${address}\n  User root\n  IdentityFile ${key}\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n`,
    );
    const host = new Host(name, directory, namespace, link, address, sandbox);
    await host.listening(config);
    return host;
  }

  /** Cuts the network: connections do not end, but nothing arrives any more. */
  cutOff(): void {
    ip('link', 'set', this.link, 'down');
  }

  /** Names, without hash, of the derivations that the host has a log of: those it built or began, except the probe for a sandbox. */
  built(): string[] {
    const logs = join(this.directory, 'nix/var/log/nix/drvs');
    if (!existsSync(logs)) return [];
    return readdirSync(logs)
      .flatMap((prefix) => readdirSync(join(logs, prefix)).map((name) => name.replace(/^.*?-/, '').replace(/\.drv.*$/, '')))
      .filter((name) => name !== 'sandbox-probe');
  }

  stop(): void {
    this.process.kill('SIGKILL');
    spawnSync('ip', ['netns', 'delete', this.namespace]);
    spawnSync('ip', ['link', 'delete', this.link]);
  }

  private async listening(config: string): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const there = spawnSync('ssh', ['-F', config, '-o', 'ConnectTimeout=2', this.name, 'test -S /nix/var/nix/daemon-socket/socket']);
      if (there.status === 0) return;
      await sleep(100);
    }
    const log = join(this.directory, 'sshd.log');
    throw new Error(`${this.name} at ${this.address} does not answer: ${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
