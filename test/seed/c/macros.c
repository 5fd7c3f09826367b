// The preprocessor: what macros become, as text. gcc and clang must print the same.
#include <stdio.h>

#define STRING(...) #__VA_ARGS__
#define SHOW(...) puts(STRING(__VA_ARGS__))

// examples of the C standard (6.10.3)
#define x 3
#define f(a) f(x * (a))
#undef x
#define x 2
#define g f
#define z z[0]
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x, y) x ## y
#define str(x) # x
#define xstr(s) str(s)
#define debug(s, t) "x" # s "= %d, x" # t "= %s", x ## s, x ## t
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
#define t3(x, y, z) x ## y ## z
#define hash_hash # ## #
#define mkstr(a) # a
#define in_between(a) mkstr(a)
#define join(c, d) in_between(c hash_hash d)

// what else TinyCC and its like do
#define EMPTY
#define NOTHING() 
#define COUNT(...) PICK(__VA_ARGS__, 3, 2, 1)
#define PICK(a, b, c, n, ...) n
#define LOG(format, ...) log(format, ## __VA_ARGS__)
#define NAMED(args...) named(args)
#define SELF SELF + 1
#define PING PONG
#define PONG PING
#define CALL(macro, ...) macro(__VA_ARGS__)
#define OPEN (
#define CLOSE )
#define DEFER(macro) macro EMPTY
#define SPLIT(a, \
              b) a \
  then b
#define COMMENT(a) /* one */ a /* two
  lines */ end
#define DEF(id, text) id = text,

static int line = __LINE__;
#define LINE_OF(a) __LINE__ a

int main(void) {
    SHOW(f(y + 1) + f(f(z)) % t(t(g)(0) + t)(1));
    SHOW(g(x + (3, 4) - w) | g(~ 5) & m(f)^m(m));
    SHOW(p() i[q()] = { q(1), r(2, 3), r(4, ), r(, 5), r(, ) });
    SHOW(debug(1, 2));
    puts(str(strncmp("abc\0d", "abc", '\4') == 0) str(: @\n));
    puts(xstr(INCFILE(2).h));
    puts(glue(HIGH, LOW)), SHOW(xglue(HIGH, LOW));
    SHOW(t3(1, 2, 3), t3(, 4, 5), t3(6, , 7), t3(8, 9, ), t3(10, , ), t3(, 11, ), t3(, , 12), t3(, , ));
    puts(join(x, y));
    SHOW(EMPTY a EMPTY b EMPTY), SHOW(NOTHING()), SHOW(a NOTHING() b);
    SHOW(COUNT(a)), SHOW(COUNT(a, b)), SHOW(COUNT((a, b), c, d));
    SHOW(LOG("a")), SHOW(LOG("a", b, c)), SHOW(NAMED(a, b)), SHOW(NAMED());
    SHOW(SELF), SHOW(PING PONG), SHOW(CALL(glue, a, b)), SHOW(CALL(SPLIT, a, b)), SHOW(DEFER(p)());
    SHOW(f OPEN 1 CLOSE), SHOW(t(f OPEN 1 CLOSE)), SHOW(f), SHOW(f (1)), SHOW(f
        (1)), SHOW(COMMENT(a)), SHOW(SPLIT((1, 2), "a,b")), SHOW(DEF(a, "b") DEF(c, 'd'));
    SHOW(a+++b, a- -b, a<<=1, a->b, .5e+3f, 0x1p-3, 1..2, ..., %:, <:);
    puts(STRING("a\n" 'b' "\\" '"' L 'x'   y	z));
    printf("%d %d\n", line, LINE_OF(- __LINE__));
    puts(__FILE__ + sizeof __FILE__ - 9);

#define VALUE 3
#if VALUE == 3 && defined VALUE && defined(x) && !defined nothing
    puts("if");
#else
#error "not this"
#endif
#ifdef nothing
    don't look "here
#elif VALUE > 2 + 0 * (1 / 1) && -1 < 0 && 'a' == 97 && 0x7fffffffffffffff > 0 && -1 > 0u
    puts("elif");
#  if 1
    puts("nested");
#  elif 1 / 0
#  else
    puts("wrong");
#  endif
#elif 1
    puts("wrong");
#else
    puts("wrong");
#endif
#ifndef nothing
#undef VALUE
#undef VALUE
#endif
#if VALUE || undefined_name || (2 ? 0 : 1) || ~0 != -1 || (1 ? -1 : 0u) < 0 || 1 << 40 == 0
    puts("wrong");
#else
    puts("else");
#endif
#if 0
#if 1
#else
#endif
    # nonsense
#else
    puts("after");
#endif
# /* nothing */
#pragma something else
    return 0;
}
