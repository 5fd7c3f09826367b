/** Debian's version numbers. Source: deb-version(7). */

/** The upstream part of a package's version: no epoch, no revision, and without what Debian says of its own packing. */
export function upstreamVersion(version: string): string {
  const upstream = version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
  // `1.3.dfsg+really1.3.1` is 1.3.1: a version that had to look newer than a wrong one.
  return /^.*[+.~]really\.?(.+)$/.exec(upstream)?.[1] ?? upstream.replace(/[.+~]?(?:dfsg|ds|repack)[.\d]*$/, '');
}

/** Below 0 when the first is older, above when it is newer. */
export function compareVersions(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [textA, textB] = [/^\D*/.exec(left)![0], /^\D*/.exec(right)![0]];
    const byText = compareTexts(textA, textB);
    if (byText !== 0) return byText;
    [left, right] = [left.slice(textA.length), right.slice(textB.length)];
    const [digitsA, digitsB] = [/^\d*/.exec(left)![0], /^\d*/.exec(right)![0]];
    // No digits count as 0; dates and commits may be larger than what a number holds exactly.
    const [numberA, numberB] = [BigInt(digitsA), BigInt(digitsB)];
    if (numberA !== numberB) return numberA < numberB ? -1 : 1;
    [left, right] = [left.slice(digitsA.length), right.slice(digitsB.length)];
  }
  return 0;
}

/** `~` comes before everything, even the end; letters come before all other characters. */
function compareTexts(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [weightA, weightB] = [weight(a[index]), weight(b[index])];
    if (weightA !== weightB) return weightA - weightB;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[a-z]/i.test(character) ? 0 : 256);
}
