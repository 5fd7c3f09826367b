import { sh, source } from 'zilch';
import { headers } from '../package/index.ts';
import type { Define } from './define.ts';

/** JSON in C++. */
export const nlohmannJson: Define = () => ({
  source: source({
    name: 'nlohmann-json',
    version: '3.11.3',
    size: 8053705,
    sha256: '0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406',
    debian: 'pool/main/n/nlohmann-json3/nlohmann-json3_3.11.3.orig.tar.gz',
    licence: 'MIT',
    homepage: 'https://json.nlohmann.me/',
    releases: 'https://github.com/nlohmann/json/releases',
  }),
  description: 'JSON in C++',
  style: headers('include'),
  test: {
    script: sh`
cat >try.cc <<'.'
#include <nlohmann/json.hpp>
#include <string>
using json = nlohmann::json;
int main ()
{
  auto j = json::parse (R"({"b": [1, 2.5, null, true], "a": "\u20ac", "big": 18446744073709551615})");
  if (j.dump () != "{\"a\":\"\xe2\x82\xac\",\"b\":[1,2.5,null,true],\"big\":18446744073709551615}") return 1;
  if (j.at ("b").at (1).get<double> () != 2.5 || !j["b"][2].is_null ()) return 2;
  if (json::from_cbor (json::to_cbor (j)) != j || json::diff (j, j).size ()) return 3;
  for (const char *wrong : { "{", "[1,]", "\"\\x\"", "01" })
    try { (void) json::parse (wrong); return 4; } catch (const json::parse_error &) {}
  try { (void) j.at ("missing"); return 5; } catch (const json::out_of_range &) {}
  return 0;
}
.
phase 'parsed, printed, and refused'
$CXX -std=c++17 try.cc -o try
./try
`,
  },
});
