// The climb without a builder: does what a script says, one command after the other.          climb SCRIPT
//
// A command is a program and its arguments, with blanks between. A line that ends in \ goes on in the next one. A line that
// begins with # is for readers. So a shell can do the same script, too: sh -ex SCRIPT. Each command is shown before it runs; one that
// fails ends everything. The seed can run this as the first process of a machine: it needs no folder but that of the script's files.

int print(int s) {
  int n = 0;
  while (byte(s + n)) n = n + 1;
  sys(1, 1, s, n);
  return 0;
}

int print_number(int n) {
  if (n > 9) print_number(n / 10);
  sys(1, 1, "0123456789" + n % 10, 1);
  return 0;
}

int exit(int code) { sys(60, code, 0, 0); return 0; }

int fail(int why, int of) {
  print("climb: ");
  print(why);
  print(of);
  print("\n");
  exit(1);
  return 0;
}

// Runs a program and waits for its end.
int run(int argv, int status) {
  int pid = sys(57, 0, 0, 0); // fork
  if (pid < 0) fail("no process for ", word(argv));
  if (pid == 0) {
    sys(59, word(argv), argv, 0); // execve
    fail("cannot run ", word(argv));
  }
  word(status) = 0;
  int ended = 0;
  while (ended != pid) {
    ended = sys(61, pid, status, 0); // wait4
    if (ended < 0 && ended != -4) fail("cannot wait for ", word(argv));
  }
  if (word(status)) {
    print("climb: ");
    print(word(argv));
    if (word(status) & 127) { print(" was ended by signal "); print_number(word(status) & 127); }
    else { print(" failed with status "); print_number(word(status) >> 8); }
    print("\n");
    exit(1);
  }
  return 0;
}

// All of a file, with a zero behind it.
int read(int name, int to, int room) {
  int file = sys(2, name, 0, 0);
  if (file < 0) fail("cannot open ", name);
  int n = 1;
  while (n > 0) {
    n = sys(0, file, to, room);
    if (n < 0) fail("cannot read ", name);
    to = to + n;
    room = room - n;
  }
  if (room == 0) fail("no room for ", name);
  byte(to) = 0;
  return 0;
}

enum { ROOM = 0x40000 };

int main(int argc, int argv) {
  int text = sys(12, 0, 0, 0) + 8; // brk
  int words = text + ROOM;
  sys(12, words + ROOM, 0, 0);
  if (argc != 2) fail("expected the name of a script", "");
  read(word(argv + 8), text, ROOM - 1);
  int p = text;
  while (byte(p)) {
    int line = p;
    while (byte(p) && (byte(p) != '\n' || byte(p - 1) == '\\')) p = p + 1;
    sys(1, 1, line, p - line);
    print("\n");
    if (byte(line) != '#') {
      int count = 0;
      int before = 0;
      int at = line;
      while (at < p) {
        if (byte(at) == ' ' || byte(at) == '\n' || byte(at) == '\\') byte(at) = 0;
        if (byte(at) && before == 0) { word(words + count * 8) = at; count = count + 1; }
        before = byte(at);
        at = at + 1;
      }
      if (byte(p)) { byte(p) = 0; p = p + 1; }
      word(words + count * 8) = 0;
      if (count) run(words, words + ROOM - 8);
    }
    else if (byte(p)) p = p + 1;
  }
  return 0;
}
