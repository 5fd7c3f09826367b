import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Lists the tests that were skipped, each file's with what the file printed before its tests began, which is the reason. A test that
 * leaves a part of itself out prints a line that begins with "skipped:".
 *
 * Where CI is set, this fails the run: everything that tests need is installed there, so a skipped test is one that nobody runs.
 */
export class SkippedReporter implements Reporter {
  /** Lines that files printed while they were loaded, by the file's id. */
  readonly #ofFiles = new Map<string, string[]>();
  /** Lines that begin with "skipped:", whoever printed them. */
  readonly #ofParts = new Map<string, string[]>();

  /** True when only tests of some names are run: then all others are skipped, as they should be. */
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onUserConsoleLog({ taskId, content }: { readonly taskId?: string | undefined; readonly content: string }): void {
    if (taskId === undefined) return;
    const lines = content.trim().split('\n');
    // The id of a test begins with the id of its file.
    const file = taskId.split('_')[0]!;
    if (taskId === file) append(this.#ofFiles, file, lines);
    else {
      const parts = lines.filter((line) => line.startsWith('skipped:'));
      append(this.#ofParts, file, parts);
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = this.#isFiltered ? [] : modules.flatMap((module) => this.#linesOf(module));
    for (const line of lines) console.log(line);
    if (lines.length === 0 || (process.env['CI'] ?? '') === '') return;
    console.log('FAILED: tests were skipped, and CI is set');
    process.exitCode = 1;
  }

  #linesOf(module: TestModule): string[] {
    const tests = [...module.children.allTests('skipped')];
    const notes = tests.flatMap((test) => {
      const { note } = test.result() as { readonly note?: string | undefined };
      return note === undefined ? [] : [`${test.name}: ${note}`];
    });
    const ofFile = notes.length < tests.length ? (this.#ofFiles.get(module.id) ?? ['it printed no reason']) : [];
    const reasons = [...ofFile, ...notes, ...(this.#ofParts.get(module.id) ?? [])];
    if (reasons.length === 0) return [];
    const what = tests.length === 0 ? 'parts of tests' : `${tests.length} ${tests.length === 1 ? 'test' : 'tests'}`;
    return [`${module.relativeModuleId}: ${what} skipped`, ...reasons.map((reason) => `  ${reason}`)];
  }
}

function append(map: Map<string, string[]>, key: string, lines: readonly string[]): void {
  if (lines.length > 0) map.set(key, [...(map.get(key) ?? []), ...lines]);
}
