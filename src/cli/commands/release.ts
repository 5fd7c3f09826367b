import { copyFileSync, constants, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { PreparedTarget } from '../../chain/index.js';
import { bomSubject, cycloneDx } from '../../evidence/index.js';
import type { PathInfo } from '../../formats/index.js';
import { collectReport } from '../../inspect/index.js';
import { layerOf, writeImages, writeSums, type Image } from '../../release/index.js';
import { fail, ok, type Result } from '../../result.js';
import { attempt, makeDirectory, type Store } from '../../store/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { printLine, toJson } from '../output.js';
import { builtOutput, targetsOf, withView, type Session } from '../../workspace/index.js';
import { zilchVersion } from '../../version.js';

/** `zilch release` */
export function register(command: Command): void {
  command.description(
    'Writes a folder to publish, of targets that are built: outputs that are files as they are, the others together as a container image of each target, a bill of materials of each, the report, and SHA256SUMS of all of it.',
  );
  command
    .argument('<dir>', 'directory to write to; must be empty or not there')
    .argument('[targets...]', 'targets (default: those that the chain names for a release, else its default target)');
  withChain(command).option('--no-report', 'leave the report out, which has the times of this machine’s builds');
  command.addHelpText(
    'after',
    '\nImages are in images/, in the layout of the OCI: skopeo inspect oci:DIR/images:TARGET, cd DIR && podman pull oci:images:TARGET. All but the report is the same bytes each time. To sign it: zilch sign --key FILE DIR/SHA256SUMS.',
  );
  perform(command, (directory: string, names: readonly string[], options: ChainOptions & { readonly report: boolean }) =>
    withView(options, (session) => release(session, resolve(directory), names, options.report)),
  );
}

async function release(session: Session, directory: string, names: readonly string[], withReport: boolean): Promise<Result<undefined>> {
  const targets = targetsOf(session, names.length === 0 ? (session.loaded.chain.release ?? []) : names);
  if (!targets.ok) return targets;
  const images: Image[] = [];
  const files: (readonly [name: string, host: string])[] = [];
  for (const { target, outputName } of targets.value) {
    const outputs = outputsOf(session, target, outputName);
    if (!outputs.ok) return outputs;
    const isFile = ({ path }: PathInfo): boolean => lstatSync(session.store.hostPath(path)).isFile();
    for (const output of outputs.value.filter(isFile)) files.push([fileName(target, output), session.store.hostPath(output.path)]);
    const folders = outputs.value.filter((output) => !isFile(output));
    if (folders.length === 0) continue;
    const image = imageOf(target.name, folders, session.store);
    if (!image.ok) return image;
    images.push(image.value);
  }
  const ready = attempt('make', directory, () => {
    makeDirectory(directory);
    return readdirSync(directory).length === 0;
  });
  if (!ready.ok) return ready;
  if (!ready.value) return fail('E_EXISTS', `${directory} is not empty`, 'what lies there would be published with the rest: name another');
  const written = images.length === 0 ? ok(undefined) : writeImages(images, session.store, join(directory, 'images'));
  if (!written.ok) return written;
  for (const [name, host] of files) {
    const copied = attempt('copy', host, () => copyFileSync(host, join(directory, name), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
    if (!copied.ok) return copied;
  }
  const described = await writeBills(session, directory, [...new Set(targets.value.map(({ target }) => target.name))]);
  if (!described.ok) return described;
  if (withReport) {
    const { writeReport } = await import('../../web/index.js');
    const reported = await writeReport(session, join(directory, 'report'), { picturesOnly: false, of: [] });
    if (!reported.ok) return reported;
  }
  const summed = writeSums(directory);
  if (!summed.ok) return summed;
  for (const { name } of images) printLine(`image   oci:${join(directory, 'images')}:${name}`);
  for (const [name] of files) printLine(`file    ${join(directory, name)}`);
  printLine(`sums    ${join(directory, 'SHA256SUMS')} of ${formatCount(summed.value, 'file')}`);
  return ok(undefined);
}

function outputsOf(session: Session, target: PreparedTarget, outputName: string | undefined): Result<readonly PathInfo[]> {
  const outputs: PathInfo[] = [];
  for (const name of outputName === undefined ? target.recipe.outputNames : [outputName]) {
    const info = builtOutput(session, target, name);
    if (!info.ok) return info;
    outputs.push(info.value);
  }
  return ok(outputs);
}

/** Its name in the store without the hash: `toolchain-archive`, with the version, and with the output if there are several. */
function fileName({ recipe }: PreparedTarget, { path }: PathInfo): string {
  return path.replace(/^.*\/[0-9a-z]{32}-/, '') || recipe.drvName;
}

function imageOf(name: string, outputs: readonly PathInfo[], store: Store): Result<Image> {
  const programs = outputs.flatMap(({ path }) => {
    const folder = join(store.hostPath(path), 'bin');
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    return readdirSync(folder)
      .sort()
      .map((program) => [program, `${path}/bin/${program}`] as const);
  });
  const shell = programs.find(([program]) => program === 'sh') ?? programs.find(([program]) => program === 'ash');
  // Most tools look for this file name.
  const links = shell === undefined ? programs : [...programs, ['sh', shell[1]] as const];
  const layer = layerOf(
    outputs.map(({ path }) => path),
    links,
    store,
  );
  if (!layer.ok) return layer;
  return ok({ ...layer.value, name, programs: [], command: shell === undefined ? [] : ['/bin/sh'] });
}

async function writeBills(session: Session, directory: string, names: readonly string[]): Promise<Result<void>> {
  const report = await collectReport(session);
  if (!report.ok) return report;
  for (const name of names) {
    const subject = bomSubject(report.value, name, { chain: session.loaded.chain, sources: session.chain.sources, version: zilchVersion() });
    if (!subject.ok) return subject;
    const file = join(directory, `${name}.cdx.json`);
    const written = attempt('write', file, () => writeFileSync(file, `${toJson(cycloneDx(subject.value), 2)}\n`));
    if (!written.ok) return written;
  }
  return ok(undefined);
}
