import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStore, tempDirectory } from '../../../test/support/store.js';
import { loadChain, OWN_CHAIN, prepareChain } from '../../chain/index.js';
import { foundationOf, type ChainReport } from '../../report/index.js';
import { collectReport } from '../../inspect/index.js';
import { unwrap } from '../../result.js';
import { Store } from '../../store/index.js';
import { cycloneDx } from './cyclonedx.js';
import { spdx } from './spdx.js';
import { bomSubject, packageUrl, type BomSubject } from './subject.js';

const TARGET = 'toolchain';
const schemas = join(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'), '../res/schema');

let report: ChainReport;
let subject: BomSubject;

beforeAll(async () => {
  const root = tempDirectory();
  openStore(root).close();
  const store = unwrap(Store.openForLooking(root));
  const loaded = unwrap(await loadChain(OWN_CHAIN));
  const chain = unwrap(await prepareChain(loaded.chain, store));
  report = unwrap(await collectReport({ store, loaded, chain, seed: undefined }));
  subject = unwrap(bomSubject(report, TARGET, { chain: loaded.chain, sources: chain.sources, version: '1.2.3' }));
  store.close();
});

function cycloneDxErrors(document: unknown): string {
  const ajv = new Ajv({ strict: false, validateFormats: true, addUsedSchema: false });
  addFormats.default(ajv);
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  const read = (name: string): object => JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
  for (const name of ['spdx', 'jsf-0.82']) ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(read('bom-1.6'));
  validate(JSON.parse(JSON.stringify(document)));
  return ajv.errorsText(validate.errors);
}

describe('a bill of materials in CycloneDX 1.6', () => {
  test('is what the schema of the standard asks for', () => {
    expect(cycloneDxErrors(cycloneDx(subject))).toBe('No errors');
  });

  test('would be refused by the schema if it were wrong', () => {
    const document = cycloneDx(subject);
    expect(cycloneDxErrors({ ...document, formulation: [{ workflows: [{}] }] })).toMatch(/formulation/);
    expect(cycloneDxErrors({ ...document, unknown: 1 })).toMatch(/additional properties/);
  });

  test('lists what zilch trust lists, with licence, hash and origin of every source', () => {
    const trust = foundationOf(report, TARGET)!;
    const components = cycloneDx(subject)['components'] as {
      readonly name: string;
      readonly type: string;
      readonly licenses?: readonly unknown[];
      readonly hashes?: readonly { readonly content: string }[];
      readonly properties: readonly { readonly name: string; readonly value: string }[];
    }[];
    const paths = components.map(({ properties }) => properties.find(({ name }) => name === 'zilch:storePath')?.value);
    expect(paths.sort()).toEqual([...trust.sources, ...trust.seeds, ...trust.locals].map(({ path }) => path).sort());
    for (const { file, sha256, name } of trust.sources) {
      const component = components.find((one) => one.properties.some(({ value }) => value === file))!;
      expect(component.name).toBe(name);
      expect(component.licenses).toHaveLength(1);
      expect(component.hashes?.map(({ content }) => content)).toEqual([sha256]);
      expect(component.properties.find((one) => one.name === 'zilch:origin')?.value).toBeTruthy();
    }
  });

  test('has the changes to sources as their pedigree, with reasons', () => {
    const components = cycloneDx(subject)['components'] as {
      readonly purl?: string;
      readonly pedigree?: { readonly patches: readonly unknown[]; readonly notes: string };
    }[];
    const pedigrees = new Map(components.map(({ purl, pedigree }) => [purl, pedigree]));
    expect(subject.sources.filter(({ alterations }) => alterations.length > 0).map(({ name }) => name)).toContain('llvm');
    for (const source of subject.sources) {
      const found = pedigrees.get(packageUrl(source));
      expect(found?.patches.length ?? 0).toBe(source.alterations.length);
      for (const { why } of source.alterations) expect(found?.notes).toContain(why);
    }
  });

  test('has the chain as formulation: a task for each build, from the seed on', () => {
    const [formula] = cycloneDx(subject)['formulation'] as {
      readonly workflows: readonly { readonly tasks: readonly { readonly name: string }[] }[];
    }[];
    expect(formula?.workflows[0]?.tasks.map(({ name }) => name)).toEqual(foundationOf(report, TARGET)!.recipes.map(({ id }) => id));
  });

  test('is the same each time', () => {
    expect(JSON.stringify(cycloneDx(subject))).toBe(JSON.stringify(cycloneDx(subject)));
  });
});

/** The standard's own schema: test/golden/spdx/README.md says where it is from. */
function spdxErrors(document: unknown): string {
  const schema = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../../test/golden/spdx/spdx-3.0.1.schema.json', import.meta.url)), 'utf8'),
  ) as object;
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile(schema);
  validate(JSON.parse(JSON.stringify(document)));
  return ajv.errorsText(validate.errors);
}

interface SpdxElement {
  readonly type: string;
  readonly spdxId?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly relationshipType?: string;
  readonly element?: readonly string[];
  readonly verifiedUsing?: readonly { readonly hashValue: string }[];
}

describe('a bill of materials in SPDX 3.0.1', () => {
  const graphOf = (): readonly SpdxElement[] => (spdx(subject, 0) as { readonly '@graph': readonly SpdxElement[] })['@graph'];

  test('is what the schema of the standard asks for', () => {
    expect(spdxErrors(spdx(subject, 0))).toBe('No errors');
  });

  test('would be refused by the schema if it were wrong', () => {
    const document = spdx(subject, 0) as { readonly '@graph': readonly Readonly<Record<string, unknown>>[] };
    const changed = (type: string, change: object): unknown => ({
      ...document,
      '@graph': document['@graph'].map((one) => (one['type'] === type ? { ...one, ...change } : one)),
    });
    for (const wrong of [
      { ...document, '@context': 'https://spdx.org/rdf/2.3/context' },
      changed('CreationInfo', { created: 'yesterday' }),
      changed('software_Package', { software_packageVersoin: '1' }),
      changed('software_Package', { software_primaryPurpose: 'everything' }),
      changed('Relationship', { relationshipType: 'madeOf' }),
      changed('build_Build', { build_buildType: undefined }),
    ])
      expect(spdxErrors(wrong)).not.toBe('No errors');
  });

  test('lists what zilch trust lists, with licence and hash of every source', () => {
    const trust = foundationOf(report, TARGET)!;
    const graph = graphOf();
    const ids = graph.flatMap(({ spdxId }) => spdxId ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path } of [...trust.sources, ...trust.seeds, ...trust.locals])
      expect(ids).toContain(`urn:x-zilch:spdx:${path.slice('/nix/store/'.length)}`);
    const files = graph.filter(({ type }) => type === 'software_File');
    expect(files).toHaveLength(trust.seeds.length + trust.locals.length);
    expect(graph.filter(({ type }) => type === 'software_Package')).toHaveLength(trust.sources.length + trust.recipes.length);
    for (const { sha256 } of trust.sources) {
      const one = graph.find(({ verifiedUsing }) => verifiedUsing?.some(({ hashValue }) => hashValue === sha256));
      const licence = graph.find(({ from, relationshipType }) => from === one?.spdxId && relationshipType === 'hasDeclaredLicense');
      expect(ids).toContain(licence?.to?.[0]);
    }
  });

  test('has a build for each recipe, and refers to nothing that it does not have', () => {
    const graph = graphOf();
    const ids = new Set(graph.map(({ spdxId }) => spdxId));
    expect(graph.filter(({ type }) => type === 'build_Build')).toHaveLength(foundationOf(report, TARGET)!.recipes.length);
    for (const { from, to = [], element = [] } of graph)
      for (const id of [...(from === undefined ? [] : [from]), ...to, ...element]) expect(ids).toContain(id);
  });

  test('is the same each time, except for its date', () => {
    expect(spdx(subject, 0)).toEqual(spdx(subject, 0));
    const [creation, ...others] = graphOf();
    expect(creation).toMatchObject({ created: '1970-01-01T00:00:00Z' });
    expect((spdx(subject, 1e12) as { readonly '@graph': readonly unknown[] })['@graph'].slice(1)).toEqual(others);
  });
});
