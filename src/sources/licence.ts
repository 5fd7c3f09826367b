/** Guesses at a tarball's licence, by the sentences that each has and no other. A guess: whoever packages it reads the file. */

/** The SPDX identifier of a licence's text; `undefined` where it is none of the usual ones. The first that fits counts. */
export function guessLicence(text: string): string | undefined {
  const flat = text.replace(/\s+/g, ' ');
  return SIGNS.find(([, signs]) => signs.every((sign) => sign.test(flat)))?.[0];
}

/** More than these need more than their first page. */
export const LICENCE_BYTES = 16 * 1024;

/** The names of files that have a licence, at the top of a tarball or one folder below. */
export function isLicenceFile(path: string): boolean {
  const names = path.replace(/^\.\//, '').split('/').filter(Boolean);
  return names.length <= 3 && /^(copying|licen[cs]es?|copyright|unlicense)([._-].*)?$/i.test(names.at(-1) ?? '');
}

const SIGNS: readonly (readonly [string, readonly RegExp[]])[] = [
  ['AGPL-3.0-or-later', [/GNU AFFERO GENERAL PUBLIC LICENSE Version 3/i]],
  ['LGPL-3.0-or-later', [/GNU LESSER GENERAL PUBLIC LICENSE Version 3/i]],
  ['LGPL-2.1-or-later', [/GNU LESSER GENERAL PUBLIC LICENSE Version 2\.1/i]],
  ['LGPL-2.0-or-later', [/GNU LIBRARY GENERAL PUBLIC LICENSE Version 2/i]],
  ['GPL-3.0-or-later', [/GNU GENERAL PUBLIC LICENSE Version 3/i]],
  ['GPL-2.0-or-later', [/GNU GENERAL PUBLIC LICENSE Version 2/i]],
  ['Apache-2.0 WITH LLVM-exception', [/Apache License v2\.0 with LLVM Exceptions/i]],
  ['Apache-2.0', [/Apache License,? Version 2\.0/i]],
  ['MPL-2.0', [/Mozilla Public License,? Version 2\.0/i]],
  ['BSL-1.0', [/Boost Software License - Version 1\.0/i]],
  ['Unlicense', [/This is free and unencumbered software released into the public domain/i]],
  [
    'MIT',
    [/Permission is hereby granted, free of charge, to any person obtaining a copy/i, /The above copyright notice and this permission notice/i],
  ],
  ['ISC', [/Permission to use, copy, modify, and(?:\/or)? distribute this software for any purpose with or without fee/i]],
  ['BSD-3-Clause', [/Redistribution and use in source and binary forms/i, /endorse or promote products/i]],
  ['BSD-2-Clause', [/Redistribution and use in source and binary forms/i]],
  ['Zlib', [/This software is provided ['‘"]as-is['’"], without any express or implied/i, /Altered source versions must be plainly marked/i]],
];
