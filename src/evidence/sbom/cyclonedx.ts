/**
 * A bill of materials in CycloneDX 1.6: sources, seed and files beside recipes as components, changes as their pedigree, and the chain
 * itself as formulation, with a task for each build. The standard's library does not know pedigree and formulation, so these are added
 * here. Source: the JSON schema of CycloneDX 1.6.
 */
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { sha256, storePathBaseName, type StorePath } from '../../formats/index.js';
import type { RecipeFacts } from '../../report/index.js';
import { addressesOf, packageUrl, type Alteration, type BomSource, type BomSubject } from './subject.js';

/** The document as a JSON value. It is the same for the same chain and outputs. */
export function cycloneDx(subject: BomSubject): Readonly<Record<string, unknown>> {
  const { trust, sources, version } = subject;
  const root = new Models.Component(Enums.ComponentType.Application, trust.recipe.name, {
    bomRef: refOf(trust.recipe.drvPath),
    ...(trust.recipe.version === undefined ? {} : { version: trust.recipe.version }),
    ...(trust.recipe.description === undefined ? {} : { description: trust.recipe.description }),
    properties: new Models.PropertyRepository(outputProperties(trust.recipe)),
  });
  const components = [
    ...sources.map(sourceComponent),
    ...trust.seeds.map((seed) =>
      file(seed.path, seed.name, `the seed: ${seed.size} bytes${seed.text === undefined ? '' : `, written out in ${seed.text}`}`, [
        [Enums.HashAlgorithm['SHA-256'], seed.sha256],
      ]),
    ),
    ...trust.locals.map((local) => file(local.path, local.name, `beside the recipes: ${local.size} bytes, ${local.lines} lines`, [])),
  ];
  for (const component of components) root.dependencies.add(component.bomRef);
  const zilch = new Models.Component(Enums.ComponentType.Application, 'zilch', { version });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root, tools: new Models.Tools({ components: new Models.ComponentRepository([zilch]) }) }),
    components: new Models.ComponentRepository(components),
  });
  const written = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6).makeForBom().normalize(bom, { sortLists: true });
  const pedigrees = new Map(sources.filter(({ alterations }) => alterations.length > 0).map((source) => [refOf(source.path), pedigree(source)]));
  const whole = {
    ...written,
    components: written.components?.map((component) => ({
      ...component,
      ...(pedigrees.has(component['bom-ref'] ?? '') ? { pedigree: pedigrees.get(component['bom-ref'] ?? '') } : {}),
    })),
    formulation: [{ 'bom-ref': 'formula', workflows: [workflow(subject)] }],
  };
  return { ...whole, serialNumber: serialNumber(JSON.stringify(whole)) };
}

function sourceComponent(source: BomSource): Models.Component {
  const references = [
    ...addressesOf(source).map(
      (url) =>
        new Models.ExternalReference(url, Enums.ExternalReferenceType.SourceDistribution, {
          hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], source.sha256]]),
        }),
    ),
    ...(source.homepage === undefined ? [] : [new Models.ExternalReference(source.homepage, Enums.ExternalReferenceType.Website)]),
    ...(source.releases === undefined
      ? []
      : [
          new Models.ExternalReference(source.releases, Enums.ExternalReferenceType.Distribution, {
            comment: 'where upstream publishes its releases',
          }),
        ]),
  ];
  return new Models.Component(Enums.ComponentType.Application, source.name, {
    bomRef: refOf(source.path),
    version: source.version,
    purl: packageUrl(source),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], source.sha256]]),
    licenses: new Models.LicenseRepository(source.licence === undefined ? [] : [new Models.LicenseExpression(source.licence)]),
    externalReferences: new Models.ExternalReferenceRepository(references),
    properties: new Models.PropertyRepository([
      new Models.Property('zilch:storePath', source.path),
      new Models.Property('zilch:file', source.file),
      new Models.Property('zilch:size', String(source.size)),
      new Models.Property('zilch:origin', source.changedByDebian ?? 'as upstream publishes it'),
    ]),
  });
}

function file(path: StorePath, name: string, description: string, hashes: readonly Models.Hash[]): Models.Component {
  return new Models.Component(Enums.ComponentType.File, name, {
    bomRef: refOf(path),
    description,
    hashes: new Models.HashDictionary(hashes),
    properties: new Models.PropertyRepository([new Models.Property('zilch:storePath', path)]),
  });
}

function pedigree({ alterations }: BomSource): unknown {
  return {
    patches: alterations.map((one) => ({ type: 'unofficial', diff: { text: { contentType: 'text/plain', content: withFile(one) } } })),
    notes: alterations
      .map(({ by, file: name, why }) => `${by}${name === '' ? '' : `, ${name}`}: ${why === '' ? 'no reason is given' : why}`)
      .join('\n'),
  };
}

function withFile({ file: name, text }: Alteration): string {
  return name === '' || text.startsWith('---') ? text : `--- a/${name}\n+++ b/${name}\n${text}`;
}

/** Each build is a task with inputs and outputs in the store. */
function workflow({ trust }: BomSubject): unknown {
  const made = new Map(trust.recipes.map(({ id, drvPath }) => [id, drvPath]));
  return {
    'bom-ref': 'chain',
    uid: trust.recipe.drvPath,
    name: `from the seed to ${trust.recipe.id}`,
    taskTypes: ['build'],
    tasks: trust.recipes.map((recipe) => ({
      'bom-ref': `task:${storePathBaseName(recipe.drvPath)}`,
      uid: recipe.drvPath,
      name: recipe.id,
      ...(recipe.description === undefined ? {} : { description: recipe.description }),
      taskTypes: ['build'],
      properties: outputProperties(recipe).map(({ name, value }) => ({ name, value })),
      ...(recipe.takes.length === 0 ? {} : { inputs: recipe.takes.map((path) => ({ resource: { ref: refOf(path) } })) }),
    })),
    taskDependencies: trust.recipes.map(({ drvPath, needs }) => ({
      ref: `task:${storePathBaseName(drvPath)}`,
      dependsOn: [...new Set(needs.flatMap(({ id }) => made.get(id) ?? []).map((path) => `task:${storePathBaseName(path)}`))].sort(),
    })),
  };
}

function outputProperties({ outputs, drvPath }: RecipeFacts): Models.Property[] {
  return [
    new Models.Property('zilch:derivation', drvPath),
    ...outputs.flatMap(({ name, built }) =>
      built === undefined
        ? []
        : [new Models.Property(`zilch:output:${name}`, built.path), new Models.Property(`zilch:narHash:${name}`, `sha256:${built.narHash}`)],
    ),
  ];
}

function refOf(path: StorePath): string {
  return storePathBaseName(path);
}

/** A UUID of version 8, made from the document's bytes. Source: RFC 9562, 5.8. */
function serialNumber(text: string): string {
  const hex = sha256(text);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
