// What g++ 3.4.6 gets wrong without gcc3-bit-fields.patch: a bit-field narrower than int promotes to int [conv.prom].
// Exits with 0 when all of it is right, else names the lines that are not. Today's g++ and clang++ agree with each line.
extern "C" int printf (const char *, ...);

static int wrong;
#define CHECK(x) do { if (!(x)) { printf ("line %d: %s\n", __LINE__, #x); wrong = 1; } } while (0)

struct S { unsigned b : 16; unsigned long l : 20; unsigned w : 32; signed n : 5; unsigned bit : 1; };
typedef unsigned int u;

static int kind (int) { return 1; }
static int kind (unsigned) { return 2; }

int main ()
{
  S s; s.b = 3; s.l = 4; s.w = 5; s.n = -3; s.bit = 1;
  int m = -1, k = 2;
  const S &r = s;
  S *p = &s;
  volatile S v = S (); v.b = 3;

  CHECK (m < s.b);
  CHECK (m < r.b);
  CHECK (m < p->b);
  CHECK (m < (s.b));
  CHECK (m < v.b);
  CHECK (m < s.b + 1);
  CHECK (m < +s.b);
  CHECK (-s.b < 0);
  CHECK (~s.b < 0);
  CHECK (m < s.l);
  CHECK (m < s.bit);
  CHECK (m / s.b == 0);
  CHECK ((m >> s.bit) == -1);
  CHECK (kind (+s.b) == 1);
  CHECK (kind (+s.l) == 1);
  CHECK (kind (+s.w) == 2);
  CHECK (!(m < s.w));
  CHECK (sizeof (+s.l) == sizeof (int));
  CHECK (s.b - 4 < 0);
  s.b -= 1;
  CHECK (s.b - 3 < 0);
  CHECK ((s.b = k) - 3 < 0);
  CHECK (++s.b - 4 < 0);
  CHECK ((m, s.b) - 4 < 0);
  CHECK (!(m < (unsigned) s.b));
  CHECK (!(m < (unsigned) r.b));
  CHECK (!(m < unsigned (p->b)));
  CHECK (!(m < static_cast<unsigned> (s.b)));
  CHECK (!(m < static_cast<unsigned> (r.b)));
  CHECK (!(m < (u) s.b));
  CHECK (!(m < static_cast<u> (r.b)));
  CHECK (!(m < (m ? s.b : r.b)));
  CHECK (0.0 > -s.b);
  CHECK ((s.b & m) - 5 < 0);
  u t = s.b;
  CHECK (!(m < t));
  int a[3] = { 1, 2, 3 };
  CHECK (*(a + 2 - s.bit) == 2);
  switch (s.b - 4) { case -1: break; default: CHECK (!"switch"); }
  return wrong;
}
