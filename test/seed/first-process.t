// The first process of a machine: runs the lines of a file, one after the other (a program and its arguments, with single blanks
// between), writes a checksum of the last argument of each, and switches the machine off. In T.

int length(int s) { int n = 0; while (byte(s + n)) n = n + 1; return n; }
int say(int s) { sys(1, 1, s, length(s)); return 0; }

int number(int n) {
  if (n > 9) number(n / 10);
  sys(1, 1, "0123456789" + n % 10, 1);
  return 0;
}

int power_off() { sys(162, 0, 0, 0); sys(169, 0xfee1dead, 672274793, 0x4321fedc); return 0; }

int room(int n) { int p = sys(12, 0, 0, 0); sys(12, p + n, 0, 0); return p; }

int read_file(int name, int p, int n) {
  int fd = sys(2, name, 0, 0);
  n = sys(0, fd, p, n);
  sys(3, fd, 0, 0);
  return n;
}

int checksum(int name, int p, int n) {
  n = read_file(name, p, n);
  int sum = n;
  int i = 0;
  while (i < n) { sum = (sum * 31 + byte(p + i)) % 1000000007; i = i + 1; }
  return sum;
}

int run(int argv, int status) {
  int child = sys(57, 0, 0, 0);
  if (child == 0) { sys(59, word(argv), argv, 0); say("cannot be run\n"); sys(60, 127, 0, 0); }
  word(status) = 0;
  sys(61, child, status, 0);
  return word(status);
}

int main(int argc, int argv) {
  int text = room(0x10000);
  int words = room(0x1000);
  int status = room(8);
  int space = room(0x400000);
  int end = text + read_file(word(argv + 8), text, 0xffff);
  int p = text;
  int start = p;
  int n = 0;
  while (p < end) {
    int c = byte(p);
    if (c == ' ' || c == '\n') {
      byte(p) = 0;
      word(words + n * 8) = start;
      n = n + 1;
      start = p + 1;
      if (c == '\n') {
        word(words + n * 8) = 0;
        int failed = run(words, status);
        say(word(words + (n - 1) * 8)); say(" ");
        if (failed) { say("failed: "); number(failed); }
        else number(checksum(word(words + (n - 1) * 8), space, 0x400000));
        say("\n");
        n = 0;
      }
    }
    p = p + 1;
  }
  say("all lines were run\n");
  if (sys(39, 0, 0, 0) == 1) power_off();
  return 0;
}
