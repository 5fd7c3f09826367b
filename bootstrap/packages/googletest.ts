import { sh, source } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** What tests in C++ are written with: GoogleTest, GoogleMock and their main() in one library. */
export const googletest: Define = () => ({
  source: source({
    name: 'googletest',
    version: '1.17.0',
    size: 885563,
    sha256: '3dc65ed118d82feb8276176354568e66acefee362d2b615e798bdd6c656377ff',
    debian: 'pool/main/g/googletest/googletest_1.17.0.orig.tar.gz',
    licence: 'BSD-3-Clause',
    homepage: 'https://google.github.io/googletest/',
    releases: 'https://github.com/google/googletest/releases',
  }),
  description: 'tests in C++',
  style: archive({
    files: 'googletest/src/gtest-all.cc googlemock/src/gmock-all.cc googlemock/src/gmock_main.cc',
    flags: '-std=c++17 -Igoogletest/include -Igoogletest -Igooglemock/include -Igooglemock',
    library: 'libgtest.a',
    include: ['googletest/include/gtest', 'googlemock/include/gmock'],
  }),
  test: {
    script: sh`
cat >try.cc <<'.'
#include <gmock/gmock.h>
#include <gtest/gtest.h>
struct clock_ { virtual int now () = 0; virtual ~clock_ () = default; };
struct mocked : clock_ { MOCK_METHOD (int, now, (), (override)); };
TEST (suite, passes) { mocked m; EXPECT_CALL (m, now).WillOnce (testing::Return (7)); ASSERT_EQ (m.now (), 7); }
TEST (suite, throws) { EXPECT_THROW (throw 1, int); EXPECT_THAT (std::vector<int> ({ 1, 2 }), testing::ElementsAre (1, 2)); }
TEST (wrong, fails) { EXPECT_EQ (1 + 1, 3); }
TEST (wrong, is_not_called) { mocked m; EXPECT_CALL (m, now).Times (1); }
.
phase 'what is right passes, what is wrong fails'
$CXX -std=c++17 try.cc -lgtest -o try
./try --gtest_filter='suite.*'
if ./try --gtest_filter=wrong.fails; then exit 1; fi
if ./try --gtest_filter=wrong.is_not_called; then exit 1; fi
`,
  },
});
