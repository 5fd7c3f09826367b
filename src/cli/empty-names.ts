/** Empty names on the command line, mostly from an unset variable of a script. As a path, an empty name would mean the current directory. */
import type { Command } from 'commander';
import { fail, ok, type Result } from '../result.js';

/** Fails with `E_USAGE` if a name or an option's value is empty. Words for other programs may be empty. */
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
