import { Option, type Command } from 'commander';
import { findTarget } from '../../chain/index.js';
import { bomSubject, cycloneDx, spdx } from '../../evidence/index.js';
import { collectReport } from '../../inspect/index.js';
import { ok } from '../../result.js';
import { zilchVersion } from '../../version.js';
import { withView } from '../../workspace/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { printJson } from '../output.js';

/** `zilch sbom` */
export function register(command: Command): void {
  withChain(command.argument('[target]', 'target of the chain (default: the chain’s default target)')).addOption(
    new Option('--format <standard>', 'CycloneDX 1.6 or SPDX 3.0.1, as JSON').choices(['cyclonedx', 'spdx']).default('cyclonedx'),
  );
  command.addHelpText('after', '\nLists exactly what `zilch trust` lists. SPDX asks for a date: SOURCE_DATE_EPOCH if it is set, otherwise now.');
  perform(command, (name: string | undefined, options: ChainOptions & { readonly format: 'cyclonedx' | 'spdx' }) =>
    withView(options, async (session) => {
      const target = findTarget(session.loaded.chain, name ?? session.chain.defaultTarget);
      if (!target.ok) return target;
      const report = await collectReport(session);
      if (!report.ok) return report;
      const { chain } = session.loaded;
      const subject = bomSubject(report.value, target.value.target.name, { chain, sources: session.chain.sources, version: zilchVersion() });
      if (!subject.ok) return subject;
      if (options.format === 'spdx') {
        const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? '');
        printJson(spdx(subject.value, epoch > 0 ? epoch * 1000 : Date.now()));
      } else printJson(cycloneDx(subject.value));
      return ok(undefined);
    }),
  );
}
