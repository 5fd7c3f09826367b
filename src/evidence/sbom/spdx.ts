/** A bill of materials in SPDX 2.3, as JSON. Source: the SPDX specification 2.3, chapters 6, 7 and 11. */
import { sha256, storePathBaseName, type StorePath } from '../../formats/index.js';
import { addressesOf, packageUrl, type BomSource, type BomSubject } from './subject.js';

/** SPDX asks for a date, here in milliseconds since 1970. */
export function spdx({ trust, sources, version }: BomSubject, createdAt: number): Readonly<Record<string, unknown>> {
  const root = idOf(trust.recipe.drvPath);
  const packages = [
    {
      name: trust.recipe.name,
      SPDXID: root,
      ...(trust.recipe.version === undefined ? {} : { versionInfo: trust.recipe.version }),
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'NOASSERTION',
      copyrightText: 'NOASSERTION',
      comment: trust.recipe.outputs
        .flatMap(({ name, built }) => (built === undefined ? [] : [`${name}: ${built.path}, NAR sha256 ${built.narHash}`]))
        .join('\n'),
    },
    ...sources.map(sourcePackage),
    ...trust.seeds.map((seed) => ({
      ...plain(seed.path, seed.name),
      checksums: [{ algorithm: 'SHA256', checksumValue: seed.sha256 }],
      comment: `the seed: ${seed.size} bytes${seed.text === undefined ? '' : `, written out in ${seed.text}`}`,
    })),
    ...trust.locals.map((local) => ({ ...plain(local.path, local.name), comment: `beside the recipes: ${local.size} bytes, ${local.lines} lines` })),
  ];
  const relationships = [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: root },
    ...packages.slice(1).map(({ SPDXID }) => ({ spdxElementId: root, relationshipType: 'GENERATED_FROM', relatedSpdxElement: SPDXID })),
  ];
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: trust.recipe.id,
    documentNamespace: `urn:x-zilch:sbom:${sha256(JSON.stringify([packages, relationships]))}`,
    creationInfo: { created: new Date(createdAt).toISOString().replace(/\.\d+Z$/, 'Z'), creators: [`Tool: zilch-${version}`] },
    packages,
    relationships,
  };
}

function sourcePackage(source: BomSource) {
  const [address = 'NOASSERTION'] = addressesOf(source);
  const changes = source.alterations.map(({ by, file, why }) => `changed by ${by}${file === '' ? '' : `, ${file}`}: ${why}`);
  return {
    name: source.name,
    SPDXID: idOf(source.path),
    versionInfo: source.version,
    packageFileName: source.file,
    downloadLocation: address,
    filesAnalyzed: false,
    ...(source.homepage === undefined ? {} : { homepage: source.homepage }),
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: source.licence ?? 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    checksums: [{ algorithm: 'SHA256', checksumValue: source.sha256 }],
    sourceInfo: source.changedByDebian ?? 'as upstream publishes it',
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: packageUrl(source) }],
    ...(changes.length === 0 ? {} : { comment: changes.join('\n') }),
  };
}

function plain(path: StorePath, name: string) {
  return {
    name,
    SPDXID: idOf(path),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
  };
}

/** An id may have only letters, digits, dots and dashes. */
function idOf(path: StorePath): string {
  return `SPDXRef-${storePathBaseName(path).replace(/[^A-Za-z0-9.-]/g, '-')}`;
}
