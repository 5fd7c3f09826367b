/** Empty names on the command line: mostly a variable of a script that is not set. As a path, each would mean the current directory. */
import type { Command } from 'commander';
import { fail, ok, type Result } from '../result.js';

/** Fails with `E_USAGE` where a name or an option's value is empty. What is passed on to other programs may be. */
export function checkNames(command: Command): Result<void> {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (option.long !== '--command' && (Array.isArray(value) ? value.includes('') : value === ''))
      return fail('E_USAGE', `${option.long ?? option.flags} is empty`, 'is a variable not set?');
  }
  for (const [index, argument] of command.registeredArguments.entries()) {
    const value: unknown = command.processedArgs[index];
    const isPassedOn = command.name() === 'run' && argument.variadic;
    if (!isPassedOn && (Array.isArray(value) ? value.includes('') : value === ''))
      return fail('E_USAGE', `<${argument.name()}> is empty`, 'is a variable not set?');
  }
  return ok(undefined);
}
