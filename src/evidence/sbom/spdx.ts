/**
 * A bill of materials in SPDX 3.0.1, as JSON-LD: sources, seed and files beside recipes, their licences, and a build for each recipe with
 * its inputs and outputs. Sources: the SPDX specification 3.0.1, profiles Core, Software, SimpleLicensing and Build; its JSON schema.
 */
import { sha256, storePathBaseName, type StorePath } from '../../formats/index.js';
import type { RecipeFacts } from '../../report/index.js';
import { addressesOf, packageUrl, type BomSource, type BomSubject } from './subject.js';

type Element = Readonly<Record<string, unknown>> & { readonly type: string; readonly spdxId: string };

const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
const CREATION = '_:creation';
const BUILD_TYPE = 'urn:x-zilch:build:1';
/** The licence of the document itself. */
const DATA_LICENCE = 'CC0-1.0';

/** The document as a JSON value. SPDX asks for a date, here in milliseconds since 1970; the rest is the same for the same chain and outputs. */
export function spdx({ trust, sources, version }: BomSubject, createdAt: number): Readonly<Record<string, unknown>> {
  const agent: Element = { type: 'SoftwareAgent', spdxId: 'urn:x-zilch:agent', name: `zilch ${version}`, creationInfo: CREATION };
  const packages = new Map(trust.recipes.map((recipe) => [recipe.id, packageOf(recipe)]));
  const elements = [
    ...sources.flatMap(sourceElements),
    ...[DATA_LICENCE, ...sources.flatMap(({ licence }) => licence ?? [])].filter(isFirst).map(licenceElement),
    ...trust.seeds.map((seed) =>
      fileElement(seed.path, seed.name, `the seed: ${seed.size} bytes${seed.text === undefined ? '' : `, written out in ${seed.text}`}`, seed.sha256),
    ),
    ...trust.locals.map((local) => fileElement(local.path, local.name, `beside the recipes: ${local.size} bytes, ${local.lines} lines`)),
    ...packages.values(),
    ...trust.recipes.flatMap((recipe) => buildElements(recipe, packages)),
  ];
  const collected = elements.map(({ spdxId }) => spdxId);
  const root = packages.get(trust.recipe.id)!.spdxId;
  const bom: Element = {
    ...element('software_Sbom', `sbom:${sha256(JSON.stringify(elements))}`),
    software_sbomType: ['build', 'source'],
    rootElement: [root],
    element: collected,
  };
  const document: Element = {
    ...element('SpdxDocument', `document:${sha256(JSON.stringify(elements))}`),
    name: trust.recipe.id,
    dataLicense: licenceId(DATA_LICENCE),
    profileConformance: ['core', 'software', 'simpleLicensing', 'build'],
    rootElement: [bom.spdxId],
    element: [agent.spdxId, bom.spdxId, ...collected],
  };
  const created = new Date(createdAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const creation = { type: 'CreationInfo', '@id': CREATION, specVersion: '3.0.1', created, createdBy: [agent.spdxId] };
  return { '@context': CONTEXT, '@graph': [creation, agent, document, bom, ...elements] };
}

function sourceElements(source: BomSource): Element[] {
  const [address, ...others] = addressesOf(source);
  const changes = source.alterations.map(({ by, file, why }) => `changed by ${by}${file === '' ? '' : `, ${file}`}: ${why}`);
  const references = [
    ...(others.length === 0 ? [] : [{ type: 'ExternalRef', externalRefType: 'altDownloadLocation', locator: others }]),
    ...(source.releases === undefined ? [] : [{ type: 'ExternalRef', externalRefType: 'other', locator: [source.releases] }]),
  ];
  const whole: Element = {
    ...element('software_Package', storePathBaseName(source.path)),
    name: source.name,
    software_packageVersion: source.version,
    software_primaryPurpose: 'source',
    software_downloadLocation: address,
    software_homePage: source.homepage,
    software_packageUrl: packageUrl(source),
    software_sourceInfo: source.changedByDebian ?? 'as upstream publishes it',
    verifiedUsing: [hash(source.sha256)],
    ...(references.length === 0 ? {} : { externalRef: references }),
    ...(changes.length === 0 ? {} : { comment: changes.join('\n') }),
  };
  return source.licence === undefined ? [whole] : [whole, relationship(whole.spdxId, 'hasDeclaredLicense', [licenceId(source.licence)])];
}

function licenceElement(expression: string): Element {
  return { ...element('simplelicensing_LicenseExpression', licenceName(expression)), simplelicensing_licenseExpression: expression };
}

function fileElement(path: StorePath, name: string, comment: string, sha?: string): Element {
  return {
    ...element('software_File', storePathBaseName(path)),
    name,
    comment,
    ...(sha === undefined ? {} : { verifiedUsing: [hash(sha)] }),
  };
}

/** What a recipe makes. Its outputs are in the comment, because the hash of a NAR is not the hash of a file. */
function packageOf(recipe: RecipeFacts): Element {
  const outputs = recipe.outputs.flatMap(({ name, built }) => (built === undefined ? [] : [`${name}: ${built.path}, NAR sha256 ${built.narHash}`]));
  return {
    ...element('software_Package', `made:${storePathBaseName(recipe.drvPath)}`),
    name: recipe.name,
    software_packageVersion: recipe.version,
    software_primaryPurpose: 'install',
    description: recipe.description,
    ...(outputs.length === 0 ? {} : { comment: outputs.join('\n') }),
  };
}

function buildElements(recipe: RecipeFacts, packages: ReadonlyMap<string, Element>): Element[] {
  const build: Element = {
    ...element('build_Build', storePathBaseName(recipe.drvPath)),
    name: recipe.id,
    build_buildType: BUILD_TYPE,
    build_buildId: recipe.drvPath,
  };
  const inputs = [...recipe.takes.map((path) => idOf(storePathBaseName(path))), ...recipe.needs.flatMap(({ id }) => packages.get(id)?.spdxId ?? [])];
  return [
    build,
    ...(inputs.length === 0 ? [] : [relationship(build.spdxId, 'hasInput', inputs.filter(isFirst))]),
    relationship(build.spdxId, 'hasOutput', [packages.get(recipe.id)!.spdxId]),
  ];
}

function relationship(from: string, relationshipType: string, to: readonly string[]): Element {
  return { ...element('Relationship', `${relationshipType}:${sha256(from)}`), from, relationshipType, to };
}

function element(type: string, name: string): Element {
  return { type, spdxId: idOf(name), creationInfo: CREATION };
}

function idOf(name: string): string {
  return `urn:x-zilch:spdx:${name}`;
}

function licenceName(expression: string): string {
  return `licence:${expression.replace(/[^A-Za-z0-9.+-]+/g, '_')}`;
}

function licenceId(expression: string): string {
  return idOf(licenceName(expression));
}

function hash(sha: string) {
  return { type: 'Hash', algorithm: 'sha256', hashValue: sha };
}

function isFirst<T>(item: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(item) === index;
}
