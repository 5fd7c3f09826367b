/** What is published: images that others' tools take, the same bytes each time. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);
const noSkopeo = spawnSync('skopeo', ['--version']).error !== undefined;
if (noSkopeo) console.log('skipped: skopeo is not installed (Debian’s skopeo is wanted)');

const noPodman = spawnSync('podman', ['--version']).error !== undefined;
if (noPodman) console.log('skipped: podman is not installed (Debian’s podman is wanted)');

const long = 'd'.repeat(120);
const rig = rigFor(
  `const words = make({ name: 'words', script: sh\`echo some words > $out\` });
     const shell = make({ name: 'shell', version: '1', script: sh\`
       busybox mkdir -p $out/bin $out/${long}
       busybox cp \${bin}/bin/ash $out/bin/ash
       echo "\${words}" > $out/${long}/file
       busybox ln -s ${long}/file $out/link
     \` });`,
  ['shell', 'words'],
);

let first: string;
beforeAll(() => {
  first = join(rig.directory, 'first');
});

describe.skipIf(noBuilds !== undefined)('a release', () => {
  it('is of what is built, and goes nowhere where something lies', async () => {
    expect(await rig.onChain('release', first, 'shell')).toMatchObject({ status: 1, stderr: expect.stringContaining('E_NOT_BUILT') as string });
    expect(existsSync(first)).toBe(false);
    expect(await rig.onChain('build', '--all', '--no-tests')).toMatchObject({ status: 0 });
    mkdirSync(join(rig.directory, 'full'));
    writeFileSync(join(rig.directory, 'full/file'), '');
    expect((await rig.onChain('release', join(rig.directory, 'full'))).stderr).toContain('E_EXISTS');
  });

  it('is of what the chain names for it, where nothing else is named', async () => {
    const file = join(rig.chain, 'chain.ts');
    const chain = readFileSync(file, 'utf8');
    const named = (...names: readonly string[]): void =>
      writeFileSync(file, chain.replace(/ \} \}\);\n$/, ` } }, { release: ${JSON.stringify(names)} });\n`));
    try {
      named('words');
      const directory = join(rig.directory, 'named');
      expect(await rig.onChain('release', directory, '--no-report')).toMatchObject({ status: 0 });
      expect(readdirSync(directory).sort()).toEqual(['SHA256SUMS', 'words', 'words.cdx.json']);
      named('word');
      expect((await rig.onChain('release', join(rig.directory, 'none'))).stderr).toContain('"word" of what is released is not a target');
    } finally {
      writeFileSync(file, chain);
    }
  });

  it('has images, files, bills and sums, the same bytes each time', async () => {
    expect(await rig.onChain('release', first, 'shell', 'words')).toMatchObject({ status: 0, stderr: '' });
    expect(execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: first, encoding: 'utf8' })).toBe('');
    expect(readFileSync(join(first, 'words'), 'utf8')).toBe('some words\n');
    expect(JSON.parse(readFileSync(join(first, 'shell.cdx.json'), 'utf8'))).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(existsSync(join(first, 'report/index.html'))).toBe(true);
    const second = join(rig.directory, 'second');
    expect(await rig.onChain('release', second, 'shell', 'words', '--no-report')).toMatchObject({ status: 0 });
    const sums = (directory: string): string[] =>
      readFileSync(join(directory, 'SHA256SUMS'), 'utf8')
        .split('\n')
        .filter((line) => !line.includes('  report/'));
    expect(sums(second)).toEqual(sums(first));
  });

  it('has a layer that unpacks to the store paths, with nothing of this machine in it', async () => {
    const images = join(first, 'images');
    const blob = (digest: string): string => join(images, 'blobs', digest.replace(':', '/'));
    const json = (file: string): never => JSON.parse(readFileSync(file, 'utf8')) as never;
    const index: { readonly manifests: readonly { readonly digest: string }[] } = json(join(images, 'index.json'));
    const manifest: { readonly layers: readonly { readonly digest: string }[] } = json(blob(index.manifests[0]!.digest));
    const layer = blob(manifest.layers[0]!.digest);
    const root = join(rig.directory, 'root');
    mkdirSync(root);
    execFileSync('tar', ['-xf', layer, '-C', root]);
    const path = (await rig.onChain('path', 'shell', '--logical')).stdout.trim();
    const hash = (tree: string): string => execFileSync(join(process.cwd(), 'zilch'), ['nar', 'hash', tree], { encoding: 'utf8' });
    expect(hash(join(root, path))).toBe(hash(join(rig.store, path)));
    const listed = execFileSync('tar', ['-tvf', layer, '--full-time'], { encoding: 'utf8' }).trim().split('\n');
    for (const line of listed) expect(line).toMatch(/^\S+ (0\/0|root\/root) +\d+ 1970-01-01 /);
    // What the shell has built in alone: other programs it would start by /proc, which is not there.
    const inside = spawnSync('chroot', [root, '/bin/sh', '-c', `read -r line <${path}/link; echo "$line"; set -- /nix/store/*; echo $#`], {
      encoding: 'utf8',
    });
    expect(inside.stdout).toMatch(/^\/nix\/store\/\S+-words\n2\n$/);
  });

  it.skipIf(noSkopeo)('is taken by skopeo', () => {
    const image = `oci:${join(first, 'images')}:shell`;
    const inspected = JSON.parse(execFileSync('skopeo', ['inspect', image], { encoding: 'utf8' })) as {
      readonly Architecture: string;
      readonly Layers: readonly string[];
    };
    expect(inspected).toMatchObject({ Architecture: 'amd64', Os: 'linux' });
    expect(inspected.Layers).toHaveLength(1);
    execFileSync('skopeo', ['copy', '--insecure-policy', image, `dir:${join(rig.directory, 'copied')}`]);
    execFileSync('skopeo', ['copy', '--insecure-policy', image, `docker-archive:${join(rig.directory, 'docker.tar')}:shell:1`]);
    expect(existsSync(join(rig.directory, 'copied/manifest.json'))).toBe(true);
  });

  it.skipIf(noPodman)('is taken by podman', () => {
    const storage = ['--root', join(rig.directory, 'podman'), '--runroot', join(rig.directory, 'podman-run'), '--storage-driver', 'vfs'];
    // It makes the image's name of the path, in which it takes no capitals. So the path is a short one.
    const podman = (...args: readonly string[]): string => execFileSync('podman', [...storage, ...args], { cwd: first, encoding: 'utf8' });
    const id = podman('pull', '--quiet', 'oci:images:shell').trim();
    try {
      const [image] = JSON.parse(podman('image', 'inspect', id)) as readonly [
        { readonly Architecture: string; readonly Os: string; readonly Config: unknown },
      ];
      expect(image).toMatchObject({ Architecture: 'amd64', Os: 'linux' });
      const root = podman('image', 'mount', id).trim();
      // Links lead to the image's own root.
      const shell = join(root, readlinkSync(join(root, 'bin/sh')));
      expect(readFileSync(shell).equals(readFileSync('/bin/busybox'))).toBe(true);
      podman('image', 'unmount', id);
    } finally {
      podman('image', 'rm', '--force', id);
    }
  });
});
