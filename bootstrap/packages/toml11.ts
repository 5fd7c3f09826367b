import { sh, source } from 'zilch';
import { headers } from '../package/index.ts';
import type { Define } from './define.ts';

/** TOML in C++, for builtins.fromTOML. */
export const toml11: Define = () => ({
  source: source({
    name: 'toml11',
    version: '4.4.0',
    size: 357442,
    sha256: '815bfe6792aa11a13a133b86e7f0f45edc5d71eb78f5fb6686c49c7f792b9049',
    debian: 'pool/main/t/toml11/toml11_4.4.0.orig.tar.gz',
    licence: 'MIT',
    homepage: 'https://toruniina.github.io/toml11/',
    releases: 'https://github.com/ToruNiina/toml11/releases',
  }),
  description: 'TOML in C++',
  style: headers('include'),
  test: {
    script: sh`
cat >try.cc <<'.'
#include <sstream>
#include <string>
#include <toml.hpp>
int main ()
{
  std::istringstream text ("title = \"a\\tb\"\n[table]\nlist = [0x10, 2, 3]\nwhen = 1979-05-27T07:32:00Z\n[[many]]\nx = 1.5\n[[many]]\nx = inf\n");
  auto v = toml::parse (text, "text");
  if (toml::find<std::string> (v, "title") != "a\tb") return 1;
  if (toml::find<std::vector<int>> (v, "table", "list") != std::vector<int> { 16, 2, 3 }) return 2;
  if (!toml::find (v, "table", "when").is_offset_datetime ()) return 3;
  if (toml::find (v, "many").as_array ().size () != 2 || toml::find<double> (v, "many", 0, "x") != 1.5) return 4;
  std::istringstream wrong ("a = 1\na = 2\n");
  try { (void) toml::parse (wrong, "wrong"); return 5; } catch (const toml::syntax_error &) {}
  return 0;
}
.
phase 'read, and refused'
$CXX -std=c++17 try.cc -o try
./try
`,
  },
});
