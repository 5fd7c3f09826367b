/** How a failed build affects others, and what is left of it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/result.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, readLog, type Rig, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`failing builds are not tried: ${reason}`);

/** Of all threads of a process. */
function childrenOf(pid: number | string): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== ''),
  );
}

describe.skipIf(reason !== undefined)('after a failed build', () => {
  test('what depends on it is not tried, and what runs is finished', async () => {
    const rig = await freshRig();
    const bad = rig.script('bad', 'echo this is why; exit 1');
    const slow = rig.script('slow', 'sleep 0.5; echo > $out');
    const after = rig.script('after', `cat ${bad.placeholder()} > $out`, { inputs: [bad] });
    const late = rig.script('late', `cat ${slow.placeholder()} > $out`, { inputs: [slow] });
    const { result, events } = await rig.build([after, late]);
    expect(unwrap(result).summary).toMatchObject({ built: 1, reused: 0, failed: 1, skipped: 2 });
    expect(eventsOf(events, 'build-done').map(({ name }) => name)).toEqual(['slow']);
    expect(eventsOf(events, 'build-failed')).toMatchObject([{ name: 'bad', failure: { code: 'E_BUILD' }, lastLines: ['this is why'] }]);
  });

  test('what does not depend on it is built when asked to keep going', async () => {
    const rig = await freshRig();
    const bad = rig.script('bad', 'exit 1');
    const slow = rig.script('slow', 'sleep 0.2; echo > $out');
    const late = rig.script('late', `cat ${slow.placeholder()} > $out`, { inputs: [slow] });
    const after = rig.script('after', `cat ${bad.placeholder()} > $out`, { inputs: [bad] });
    const { result } = await rig.build([after, late], { keepGoing: true });
    expect(unwrap(result).summary).toMatchObject({ built: 2, failed: 1, skipped: 1 });
  });

  test('its log is there, under the name of the derivation as written and as resolved', async () => {
    const rig = await freshRig();
    const input = rig.script('input', 'echo > $out');
    const bad = rig.script('bad', `echo line one; echo line two >&2; cat ${input.placeholder()}; exit 3`, { inputs: [input] });
    const { run } = await rig.failure(bad);
    const start = eventsOf(run.events, 'build-start').find(({ name }) => name === 'bad')!;
    expect(start.resolvedDrvPath).not.toBe(bad.drvPath);
    for (const drvPath of [bad.drvPath, start.resolvedDrvPath]) expect(readLog(rig.store.root, drvPath)).toBe('line one\nline two\n\n');
    expect(eventsOf(run.events, 'build-failed')[0]?.logPath).toBe(start.logPath);
  });

  test('its tree is gone, unless it shall be kept', async () => {
    const rig = await freshRig();
    const bad = rig.script('bad', 'mkdir $out; echo object > file.o; exit 1');
    await rig.failure(bad);
    expect(readdirSync(rig.store.layout.zilchTempDir, { recursive: true }).filter((name) => String(name).includes('file.o'))).toEqual([]);
    const { run } = await rig.failure(bad, { keepFailed: true });
    const kept = eventsOf(run.events, 'build-failed')[0]?.keptDir;
    expect(readFileSync(join(kept!, 'build/file.o'), 'utf8')).toBe('object\n');
    rig.store.close();
    expect(existsSync(join(kept!, 'build/file.o'))).toBe(true);
  });

  test('the reason is given where its environment is more than the kernel takes, and the next build runs', async () => {
    const rig = await freshRig();
    const failure = await rig.failure(rig.script('long', 'echo > $out', { env: { long: 'x'.repeat(200_000) } }));
    expect(failure).toMatchObject({ code: 'E_BUILD', message: expect.stringContaining('too long') as string });
    expect(await rig.outputs([rig.script('short', 'echo > $out')])).toHaveLength(1);
  });

  test('a sandbox that is killed from outside is told as that, and nothing else is in the log', async () => {
    const rig = await freshRig();
    const victim = rig.script('victim', 'echo begun; sleep 1000');
    const { result, events } = await rig.build([victim], {}, undefined, (event) => {
      if (event.type !== 'build-log' || event.line !== 'begun') return;
      for (const waiting of childrenOf(process.pid)) {
        for (const pid of childrenOf(waiting)) if (readFileSync(`/proc/${pid}/comm`, 'utf8') === 'bwrap\n') process.kill(Number(pid), 'SIGKILL');
      }
    });
    expect(unwrap(result).failures.get(victim.drvPath)).toMatchObject({
      code: 'E_BUILD',
      message: expect.stringContaining('was killed, together with its sandbox') as string,
    });
    expect(eventsOf(events, 'build-failed')[0]?.lastLines).toEqual(['begun']);
  });

  test('the same run again goes on from there', async () => {
    const rig = await freshRig();
    const good = rig.script('good', 'echo > $out');
    const bad = rig.script('bad', `cat ${good.placeholder()}; exit 1`, { inputs: [good] });
    await rig.failure(bad);
    const { events } = (await rig.failure(bad)).run;
    expect(eventsOf(events, 'build-start').map(({ name }) => name)).toEqual(['bad']);
  });
});

describe.skipIf(reason !== undefined)('rules about references', () => {
  const inputs = (rig: Rig) => {
    const deep = rig.script('deep', 'echo > $out');
    const shallow = rig.script('shallow', `echo ${deep.placeholder()} > $out`, { inputs: [deep] });
    return { deep, shallow };
  };
  test.each([
    ['allowedReferences', '', 'shallow'],
    ['disallowedReferences', 'shallow', 'shallow'],
    ['allowedRequisites', 'shallow', 'deep'],
    ['disallowedRequisites', 'deep', 'deep'],
  ] as const)('%s "%s" forbids what reaches %s', async (rule, listed, named) => {
    const rig = await freshRig();
    const { deep, shallow } = inputs(rig);
    const value = listed === '' ? '' : { deep, shallow }[listed].placeholder();
    const target = rig.script('user', `echo ${shallow.placeholder()} > $out`, { inputs: [deep, shallow], env: { [rule]: value } });
    const failure = await rig.failure(target);
    const files = rule.endsWith('References') ? ', in \\$out$' : '';
    expect(failure).toMatchObject({ code: 'E_REFERENCES', message: expect.stringMatching(new RegExp(`${rule}.*-${named}${files}`)) as string });
  });

  test.each([
    ['disallowedReferences', 'out', ['out']],
    ['noSelfReferences', 'out lib', ['out', 'lib']],
  ] as const)('%s "%s" refuses an output that names itself, and says in which files', async (rule, value, outputs) => {
    const rig = await freshRig();
    const others = outputs.filter((name) => name !== 'out').map((name) => `; echo > $${name}; echo $${name} > $out/another`);
    const script = `mkdir -p $out/lib; echo $out > $out/lib/own; ln -s $out/lib $out/link; echo > $out/name-$(basename $out)${others.join('')}`;
    const failure = await rig.failure(rig.script('user', script, { outputs, env: { [rule]: value } }));
    expect(failure).toMatchObject({
      code: 'E_SELF_REFERENCE',
      message: expect.stringMatching(/output "out" of user names itself, in \$out\/lib\/own, \$out\/link, \$out\/name-[0-9a-z]{32}-user$/) as string,
    });
  });

  test('allow what they list, outputs by name included', async () => {
    const rig = await freshRig();
    const { deep, shallow } = inputs(rig);
    const env = {
      allowedReferences: `${shallow.placeholder()} out lib`,
      allowedRequisites: [deep, shallow].map((one) => one.placeholder()).join('\n') + ' out lib',
      disallowedReferences: deep.placeholder(),
      disallowedRequisites: '',
    };
    const target = rig.script('user', `mkdir $out; echo $lib $out ${shallow.placeholder()} > $out/refers; echo $lib > $lib`, {
      inputs: [deep, shallow],
      outputs: ['out', 'lib'],
      env,
    });
    expect(await rig.outputs([target])).toHaveLength(2);
  });
});
