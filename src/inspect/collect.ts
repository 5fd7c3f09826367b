/** Reads a chain's report from a store. */
import { basename } from 'node:path';
import { durationsFile, estimates, readDurations } from '../build/index.js';
import type { PreparedChain } from '../chain/index.js';
import { storePathName, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import type { Source } from '../recipe/index.js';
import { ok, type Result } from '../result.js';
import { comparePin, pinKey, readPins } from '../verify/index.js';
import type { Session } from '../workspace/index.js';
import { fileName } from './file-names.js';
import { outsideFacts } from './outside.js';
import { recipesByName } from './script.js';
import { TargetStates } from './states.js';
import type { ChainReport, OutputFacts, RecipeFacts, SourceFacts, TestState } from '../report/index.js';

/** Collects the current facts. Fails when the pins cannot be read. */
export async function collectReport(session: Session): Promise<Result<ChainReport>> {
  const { store, loaded, chain } = session;
  const pins = readPins(loaded.pinsFile);
  if (!pins.ok) return pins;
  const states = new TargetStates(session, pins.value);
  const own = readDurations(durationsFile(store.layout.zilchDir));
  const reference = readDurations(loaded.durationsFile);
  const estimate = estimates(own, reference);
  const names = nodeNames(chain);
  const stages = stageOf(chain);
  const written = recipesByName(loaded.chain);
  const tests = new Map(chain.targets.flatMap(({ build, test }) => (test === undefined ? [] : [[build.drvPath, test] as const])));

  const recipes = inOrder(chain, names).map(([drvPath, drv]): RecipeFacts => {
    const target = chain.targets.find(({ build }) => build.drvPath === drvPath);
    const recipe = target?.recipe ?? written.get(drv.name);
    const id = names.get(drvPath)!;
    const test = tests.get(drvPath);
    const seconds = estimate.of(drv.name);
    return {
      id,
      isTarget: target !== undefined,
      stage: stages.get(drvPath) ?? '',
      name: recipe?.name ?? drv.name,
      version: recipe?.version,
      description: recipe?.description,
      drvPath,
      drvName: drv.name,
      location: recipe?.location === undefined ? undefined : { file: fileName(loaded.directory, recipe.location.file), line: recipe.location.line },
      outputs: [...drv.outputs.keys()].map((name): OutputFacts => {
        const info = states.outputsOf(drvPath).get(name);
        if (info === undefined) {
          const pin = pins.value.get(pinKey(id, name));
          return pin === undefined ? { name } : { name, expected: { path: pin.path, narSize: pin.narSize } };
        }
        const { path, narHash, narSize } = info;
        return { name, built: { path, narHash, narSize, pinned: comparePin(pins.value, pinKey(id, name), info) } };
      }),
      duration: seconds === undefined ? undefined : { seconds, from: own.has(drv.name) ? 'here' : 'reference' },
      reference: reference.get(drv.name),
      needs: [...drv.inputDrvs].map(([input, outputs]) => ({ id: names.get(input) ?? storePathName(input), outputs })),
      takes: drv.inputSrcs,
      test: test === undefined ? undefined : testFacts(test.drvPath, states.test({ test })!),
      state: states.of(target ?? { name: id, stage: '', recipe: recipe!, build: { recipe: recipe!, drvPath, drv }, test: undefined }),
      scriptSize: [...drv.args, ...drv.env.values()].reduce((sum, text) => sum + text.length, 0),
    };
  });

  const taken = new Set(recipes.flatMap(({ takes }) => takes));
  const outside = await outsideFacts(chain, loaded.directory, store);
  if (!outside.ok) return outside;
  return ok({
    name: basename(loaded.directory),
    defaultTarget: chain.defaultTarget,
    stages: [...new Set(chain.targets.map(({ stage }) => stage))],
    recipes,
    seeds: outside.value.seeds.filter(({ path }) => taken.has(path)),
    sources: [...chain.sources].filter(([path]) => taken.has(path)).map(([path, source]) => sourceFacts(path, source)),
    locals: outside.value.locals.filter(({ path }) => taken.has(path)),
  });
}

function testFacts(drvPath: DrvPath, state: TestState): RecipeFacts['test'] {
  return { drvPath, passed: state === 'passed', state };
}

function sourceFacts(path: StorePath, { name, version, file, size, sha256, locations }: Source): SourceFacts {
  return { path, name, version, file, size, sha256, places: locations.map((location) => (location.kind === 'url' ? location.url : location.path)) };
}

/**
 * Ids of all derivations except tests: for targets their names, for others the derivation's name, numbered
 * (`clang-16#2`) if it is taken.
 */
function nodeNames(chain: PreparedChain): ReadonlyMap<DrvPath, string> {
  const tests = new Set(chain.targets.flatMap(({ test }) => test?.drvPath ?? []));
  const names = new Map<DrvPath, string>(chain.targets.map(({ name, build }) => [build.drvPath, name]));
  const given = new Set(names.values());
  for (const [path, { name }] of chain.derivations) {
    if (tests.has(path) || names.has(path)) continue;
    let id = name;
    for (let number = 2; given.has(id); number++) id = `${name}#${number}`;
    given.add(id);
    names.set(path, id);
  }
  return names;
}

/** Targets have a stage; a recipe that is no target gets the stage of the first target that needs it. */
function stageOf(chain: PreparedChain): ReadonlyMap<DrvPath, string> {
  const stages = new Map<DrvPath, string>(chain.targets.map(({ build, stage }) => [build.drvPath, stage]));
  for (const { build, stage } of chain.targets) {
    const open = new Set([build.drvPath]);
    for (const path of open) {
      for (const input of chain.derivations.get(path)?.inputDrvs.keys() ?? []) {
        if (stages.has(input)) continue;
        stages.set(input, stage);
        open.add(input);
      }
    }
  }
  return stages;
}

/** Depth first from each target, in the chain's order: a need comes before everything that needs it. */
function inOrder(chain: PreparedChain, names: ReadonlyMap<DrvPath, string>): readonly (readonly [DrvPath, Derivation])[] {
  const ordered = new Map<DrvPath, Derivation>();
  const visit = (drvPath: DrvPath): void => {
    const drv = chain.derivations.get(drvPath);
    if (drv === undefined || ordered.has(drvPath) || !names.has(drvPath)) return;
    for (const input of drv.inputDrvs.keys()) visit(input);
    ordered.set(drvPath, drv);
  };
  for (const { build } of chain.targets) visit(build.drvPath);
  return [...ordered];
}
