import type { AnyRecipe } from 'zilch';

/** What a crossing needs of the one before, and what it leaves: programs, with no library to link to. */
export interface Compilers {
  /** Tools for object files; LLVM's libraries. */
  readonly llvm: AnyRecipe;
  readonly clang: AnyRecipe;
  readonly lld: AnyRecipe;
}
