import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStore, tempDirectory } from '../../../test/support/store.js';
import { loadChain, OWN_CHAIN, prepareChain } from '../../chain/index.js';
import { trustOf, type ChainReport } from '../../report/index.js';
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
  const chain = unwrap(await prepareChain(loaded, store));
  report = unwrap(await collectReport({ store, loaded, chain }));
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
    const trust = trustOf(report, TARGET)!;
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
    expect(formula?.workflows[0]?.tasks.map(({ name }) => name)).toEqual(trustOf(report, TARGET)!.recipes.map(({ id }) => id));
  });

  test('is the same each time', () => {
    expect(JSON.stringify(cycloneDx(subject))).toBe(JSON.stringify(cycloneDx(subject)));
  });
});

describe('a bill of materials in SPDX 2.3', () => {
  test('describes the target, made from what zilch trust lists', () => {
    const trust = trustOf(report, TARGET)!;
    const document = spdx(subject, 0) as {
      readonly packages: readonly {
        readonly SPDXID: string;
        readonly licenseDeclared: string;
        readonly checksums?: readonly { readonly checksumValue: string }[];
      }[];
      readonly relationships: readonly { readonly relatedSpdxElement: string }[];
    };
    expect(document).toMatchObject({ spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', creationInfo: { created: '1970-01-01T00:00:00Z' } });
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(ids).toHaveLength(1 + trust.sources.length + trust.seeds.length + trust.locals.length);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
    expect(document.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement)).toEqual(ids);
    for (const { sha256 } of trust.sources) {
      const one = document.packages.find(({ checksums }) => checksums?.some(({ checksumValue }) => checksumValue === sha256));
      expect(one?.licenseDeclared).not.toBe('NOASSERTION');
    }
  });

  test('has no field that the standard does not know, and all that it asks for', () => {
    const ajv = new Ajv();
    const validate = ajv.compile(SPDX_FIELDS);
    const document = JSON.parse(JSON.stringify(spdx(subject, 0))) as Readonly<Record<string, unknown>>;
    validate(document);
    expect(ajv.errorsText(validate.errors)).toBe('No errors');
    expect(validate({ ...document, spdxVersion: 'SPDX-3.0' })).toBe(false);
    expect(validate({ ...document, packages: [{ name: 'x' }] })).toBe(false);
    expect(
      validate({ ...document, relationships: [{ spdxElementId: 'SPDXRef-x', relationshipType: 'MADE_OF', relatedSpdxElement: 'SPDXRef-y' }] }),
    ).toBe(false);
  });
});

/** Fields, types and words of SPDX 2.3's JSON, as far as they are used here. Source: chapters 6, 7 and 11, and its JSON schema. */
const TEXT = { type: 'string', minLength: 1 };
const ID = { type: 'string', pattern: '^SPDXRef-[A-Za-z0-9.-]+$' };
const closed = (properties: object, required: readonly string[] = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const SPDX_FIELDS = closed({
  spdxVersion: { const: 'SPDX-2.3' },
  dataLicense: { const: 'CC0-1.0' },
  SPDXID: { const: 'SPDXRef-DOCUMENT' },
  name: TEXT,
  documentNamespace: { type: 'string', pattern: '^[a-z]+:[^#]+$' },
  creationInfo: closed({
    created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
    creators: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^(Tool|Person|Organization): ' } },
  }),
  packages: {
    type: 'array',
    items: closed(
      {
        name: TEXT,
        SPDXID: ID,
        versionInfo: TEXT,
        packageFileName: TEXT,
        downloadLocation: TEXT,
        filesAnalyzed: { const: false },
        homepage: { type: 'string', pattern: '^https?://' },
        licenseConcluded: TEXT,
        licenseDeclared: TEXT,
        copyrightText: TEXT,
        checksums: { type: 'array', items: closed({ algorithm: { const: 'SHA256' }, checksumValue: { type: 'string', pattern: '^[0-9a-f]{64}$' } }) },
        sourceInfo: TEXT,
        externalRefs: {
          type: 'array',
          items: closed({
            referenceCategory: { enum: ['OTHER', 'PERSISTENT-ID', 'SECURITY', 'PACKAGE-MANAGER'] },
            referenceType: { const: 'purl' },
            referenceLocator: { type: 'string', pattern: '^pkg:[^ ]+$' },
          }),
        },
        comment: { type: 'string' },
      },
      ['name', 'SPDXID', 'downloadLocation'],
    ),
  },
  relationships: {
    type: 'array',
    items: closed({ spdxElementId: ID, relationshipType: { enum: ['DESCRIBES', 'GENERATED_FROM'] }, relatedSpdxElement: ID }),
  },
});
