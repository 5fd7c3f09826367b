# The test of stage 1, run as a derivation of its own by protobusybox' ash.
# Given: protobusybox, protomusl, tinycc, libtcc1, defects and out; a PATH of the first and last one's bin; an empty writable folder.
set -eu

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# is WHAT EXPECTED ACTUAL
is() {
    [ "$2" = "$3" ] || fail "$1
expected: $2
but got:  $3"
    printf 'ok: %s\n' "$1"
}

hello=$("$protobusybox/bin/ash" -c 'echo "Hello from $0!"' ash)
printf '%s\n' "$hello"

# -- The compiler ------------------------------------------------------------------------------------------------------

cat > arguments.c <<'END'
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct small { int a, b; };
struct pair { double x, y; };
struct large { long at[5]; };

/* i int, l long long, d double, L long double, s small, p pair, g large, t text */
static void show(const char *kinds, ...)
{
    va_list all, again;
    va_start(all, kinds);
    va_copy(again, all);
    for (; *kinds; kinds++)
        switch (*kinds) {
        case 'i': printf(" %d", va_arg(all, int)); break;
        case 'l': printf(" %lld", va_arg(all, long long)); break;
        case 'd': printf(" %g", va_arg(all, double)); break;
        case 'L': printf(" %.19Lg", va_arg(all, long double)); break;
        case 's': { struct small s = va_arg(all, struct small); printf(" {%d %d}", s.a, s.b); break; }
        case 'p': { struct pair p = va_arg(all, struct pair); printf(" {%g %g}", p.x, p.y); break; }
        case 'g': { struct large g = va_arg(all, struct large); printf(" {%ld..%ld}", g.at[0], g.at[4]); break; }
        case 't': printf(" %s", va_arg(all, char *)); break;
        }
    printf("; again %d\n", va_arg(again, int));
    va_end(again);
    va_end(all);
}

static long many(int a, long b, char c, unsigned short d, long long e, int f, struct large g, double h, int i, int j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g.at[4] + 8 * (long)h + 9 * i + 10 * j;
}

static jmp_buf back;
static int depth;
static void jump(void) { if (++depth < 5) jump(); longjmp(back, depth); }

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

int main(int argc, char **argv)
{
    struct small s = { 11, -12 };
    struct pair p = { 0.5, -1.25 };
    struct large g = { { 1, 2, 3, 4, 5 } };
    int numbers[] = { 3, 1, 2 }, reached;
    show("iiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8);
    show("idldLdididididididdd", 1, 1.5, LLONG_MIN, 2.5, 1.0L / 3, 3.5, 2, 4.5, 3, 5.5, 4, 6.5, 5, 7.5, 6, 8.5, 7, 9.5, 10.5, 11.5);
    show("igspgtsp", 1, g, s, p, g, "text", s, p);
    printf("%ld\n", many(1, 2, 3, 4, 5, 6, g, 8.9, 9, 10));
    reached = setjmp(back);
    if (!reached)
        jump();
    printf("jumped from %d\n", reached);
    printf("%.3f %e %a %g %.17g %Lf\n", 3.14159, 12345.678, 1.0, 1e-7, 0.1, 123456789012345678.0L);
    printf("%u %lld %d\n", (unsigned)4294967295.0L, (long long)9007199254740993.0L, (int)-2.75L);
    qsort(numbers, 3, sizeof *numbers, descending);
    printf("%d%d%d %s %d\n", numbers[0], numbers[1], numbers[2], strrchr("a/b/c", '/'), argc);
    printf("%g %g\n", strtod("1e-320", NULL), strtod("0x1.8p3", NULL));
    return 42;
}
END
tcc -o arguments arguments.c
status=0; ./arguments one > actual || status=$?
is 'exit status of a C program' 42 $status
is 'variable arguments, floats, setjmp' ' 1 2 3 4 5 6 7 8; again 1
 1 1.5 -9223372036854775808 2.5 0.3333333333333333333 3.5 2 4.5 3 5.5 4 6.5 5 7.5 6 8.5 7 9.5 10.5 11.5; again 1
 1 {1..5} {11 -12} {0.5 -1.25} {1..5} text {11 -12} {0.5 -1.25}; again 1
371
jumped from 5
3.142 1.234568e+04 0x1p+0 1e-07 0.10000000000000001 123456789012345678.000000
4294967295 9007199254740993 -2
321 /c 2
9.99989e-321 12' "$(cat actual)"

tcc -w -o defects "$defects"
./defects || fail 'TinyCC makes wrong code'
printf 'ok: no wrong code that TinyCC was mended of\n'

# -- Libraries ---------------------------------------------------------------------------------------------------------

printf 'int weak(void) { return 7; }\nint other(void) __attribute__((weak)); int other(void) { return 1; }\n' > weak.c
sed -i 's/^int weak(void)/__attribute__((weak)) int weak(void)/' weak.c
printf 'int strong_function_with_a_long_name(void) { return 35; }\n' > a_source_with_a_long_name.c
printf 'int weak(void); int strong_function_with_a_long_name(void);
int main(void) { return weak() + strong_function_with_a_long_name(); }\n' > main.c
cc -c weak.c a_source_with_a_long_name.c main.c
for make in 'ar cru' 'tcc -ar rcs'; do
    rm -f libtest.a
    $make libtest.a weak.o a_source_with_a_long_name.o
    cc -o linked main.o -L. -ltest
    status=0; ./linked || status=$?
    is "a weak symbol in a library made by $make" 42 $status
done
rm -f libtest.a
ar cr libtest.a weak.o
ar cr libtest.a a_source_with_a_long_name.o weak.o
is 'ar replaces and appends' 'weak.o
a_source_with_a_long_name.o' "$(ar t libtest.a)"
mkdir extracted
(cd extracted && ar x ../libtest.a && cmp weak.o ../weak.o && cmp a_source_with_a_long_name.o ../a_source_with_a_long_name.o)
ranlib libtest.a
cc -o linked main.o libtest.a
ar d libtest.a weak.o
is 'ar deletes' a_source_with_a_long_name.o "$(ar t libtest.a)"
is 'cpp' '42' "$(printf '#define N 42\nN\n' | cpp -P - | sed '/^$/d')"
ld -r -o both.o weak.o a_source_with_a_long_name.o
cc -o linked main.o both.o
printf 'int main(void) { return missing(); }\n' > missing.c
if tcc -w -o missing missing.c 2> message; then fail 'a program with an undefined symbol links'; fi
is 'undefined symbols are reported' 1 "$(grep -c missing message)"

# -- The shell and its programs ----------------------------------------------------------------------------------------

mkdir tree tree/empty
cp arguments.c tree/source
head -c 300000 "$protobusybox/bin/ash" > tree/binary
printf 'line %s\n' 3 1 2 > tree/lines
ln -s lines tree/link
chmod 755 tree/binary

for pack in gzip bzip2; do
    $pack -c tree/binary > packed
    is "$pack packs" yes "$([ "$(wc -c < packed)" -lt 300000 ] && echo yes)"
    $pack -d -c < packed | cmp - tree/binary || fail "$pack does not give back what it got"
done
gzip -c tree/source | gunzip | cmp - tree/source
bzip2 -c tree/source | bunzip2 | cmp - tree/source
gzip -c tree/source | zcat | cmp - tree/source
bzip2 -c tree/source | bzcat | cmp - tree/source

# Eight times "unxz works. It works. ", as packed by xz 5.4.
{
    printf '\375\067\172\130\132\000\000\001\151\042\336\066\002\000\041\001\026\000\000\000\164\057\345\243'
    printf '\340\000\257\000\027\135\000\072\233\213\170\213\315\336\365\130\006\012\246\042\221\043\071\140'
    printf '\065\177\313\255\140\000\000\000\365\103\024\201\000\001\057\260\001\000\000\000\117\014\324\235'
    printf '\076\060\015\213\002\000\000\000\000\001\131\132'
} > small.xz
text='unxz works. It works. '
text=$text$text$text$text
is unxz "$text$text" "$(unxz < small.xz)"
is xzcat "$text$text" "$(xzcat small.xz)"

for pack in gzip bzip2; do
    rm -rf again
    mkdir again
    tar cf - tree | $pack > packed
    tar xf packed -C again
    diff -r tree again/tree || fail "tar with $pack changes a tree"
    is "tar and $pack keep links and modes" 'lines yes' "$(readlink again/tree/link) $([ -x again/tree/binary ] && echo yes)"
done

is find 'tree/binary
tree/lines
tree/source' "$(find tree -type f | sort)"
is 'find -exec' 3 "$(find tree -type f -exec echo {} \; | wc -l | tr -d ' ')"
is awk 'line 6' "$(awk '{ sum += $2 } END { printf "%s %d\n", $1, sum }' tree/lines)"
is 'awk runs commands by the sh in PATH' 'ran read' "$(awk 'BEGIN { system("printf ran"); "echo read" | getline x; print " " x }')"
is 'sh ends its children' 143 "$(sleep 9 & kill $!; wait $! 2> /dev/null || echo $?)"
is sed 'LINE 1
LINE 2
LINE 3' "$(sort tree/lines | sed -e 's/^line \([0-9]\)$/LINE \1/')"
is 'sort -n | uniq -c' '2 1 10' "$(printf '10\n1\n1\n' | sort -rn | uniq -c | sed -n '2s/^ *//p') $(printf '10\n9\n' | sort -n | tail -n 1)"
is 'grep, cut, tr, xargs' 'B-C' "$(printf 'a:x\nb:y\nc:y\n' | grep 'y$' | cut -d: -f1 | tr a-z A-Z | xargs echo | tr ' ' -)"
is 'arithmetic and parameter expansion' '42 name /a/b' "$(x=/a/b/name.c; y=${x##*/}; echo $((6 * 7)) ${y%.c} ${x%/*})"
is 'expr, test, basename, dirname' '5 yes c /b' "$(echo $(expr 2 + 3) $([ -d tree ] && test ! -e none && echo yes) $(basename /b/c.h .h) $(dirname /b/c.h))"
is 'here-documents and functions' 'a b' "$(f() { cat <<END
$1 b
END
}; f a)"
is 'set -e ends a script' 1 "$(sh -c 'set -e; false; true' && echo 0 || echo $?)"
is 'od' '68 69' "$(printf hi | od -An -tx1 | sed 's/^ *//')"
for program in install mktemp cmp diff touch uname env date which stat patch seq tee head sleep; do
    [ -x "$protobusybox/bin/$program" ] || fail "there is no $program"
done

# -- What the outputs hold ---------------------------------------------------------------------------------------------

for output in "$protobusybox" "$protomusl" "$tinycc" "$libtcc1"; do
    if grep -r -l /build "$output"; then fail "the name of the build folder is in $output"; fi
    grep -r -h -o '/nix/store/[0-9a-z]*-[-+._?=0-9a-zA-Z]*' "$output" | sort -u > references || true
    while read -r reference; do
        case $output:$reference in
            "$tinycc:$protomusl" | "$tinycc:$libtcc1") ;;
            *) fail "$output refers to $reference" ;;
        esac
    done < references
done
printf 'ok: no output holds its own path, or one of the build, of a source or of the seed\n'

# `zilch build` shows it at the end.
printf '%s\n' "$hello" > "$out"
