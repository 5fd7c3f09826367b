/**
 * A fresh checkout's first command: npm packages are installed and the program is bundled, with nothing of this user's cache but what npm
 * and Node.js have fetched before. `npx jiti bench/first-use.ts`
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone } from './harness.js';

const ROUNDS = 3;
const NEEDED = ['zilch', 'package.json', 'package-lock.json', 'bundle.js', 'tsconfig.json', 'runtime', 'src', 'bootstrap', 'evidence', 'docs'];

const top = join(import.meta.dirname, '..');
const fetched = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch/node');

function firstUse(): number {
  const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
  try {
    for (const name of NEEDED) cpSync(join(top, name), join(work, 'checkout', name), { recursive: true });
    mkdirSync(join(work, 'cache/zilch'), { recursive: true });
    if (existsSync(fetched)) symlinkSync(fetched, join(work, 'cache/zilch/node'));
    const env = { ...process.env, XDG_CACHE_HOME: join(work, 'cache') };
    const start = performance.now();
    execFileSync(join(work, 'checkout/zilch'), ['list'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    return performance.now() - start;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

alone(
  'a fresh checkout’s first command',
  'zilch list',
  Array.from({ length: ROUNDS }, () => firstUse()),
);
