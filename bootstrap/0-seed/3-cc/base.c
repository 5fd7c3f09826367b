// Memory, errors, files, names.

void *allocate(long size) {
  long at = arena_used;
  arena_used = at + ((size + 15) & ~15);
  if (arena_used > ARENA_SIZE) stop("the program is too large for the memory that is set aside", 0);
  return arena + at;
}

void copy_bytes(char *to, char *from, long size) {
  long i;
  for (i = 0; i < size; i++) to[i] = from[i];
}

long same_bytes(char *a, char *b, long size) {
  long i;
  for (i = 0; i < size; i++) if (a[i] != b[i]) return 0;
  return 1;
}

long length_of(char *s) {
  long n = 0;
  while (s[n]) n++;
  return n;
}

char *join(char *a, char *b) {
  long n = length_of(a);
  char *s = allocate(n + length_of(b) + 1);
  copy_bytes(s, a, n);
  copy_bytes(s + n, b, length_of(b));
  return s;
}

void print(char *s) {
  syscall(1, 2, (long)s, length_of(s));
}

void print_long(long n) {
  char digits[24];
  long at = 23;
  digits[at] = 0;
  do {
    at--;
    digits[at] = '0' + n % 10;
    n = n / 10;
  } while (n);
  print(digits + at);
}

// Ends the compiler. A message is "FILE:LINE: what was expected".
void fail_name(struct Token *at, char *message, char *name) {
  if (at) {
    print(at->file->name);
    print(":");
    print_long(at->line);
    print(": ");
  } else {
    print("cc: ");
  }
  print(message);
  if (name) {
    print(" '");
    print(name);
    print("'");
  }
  print("\n");
  syscall(231, 1, 0, 0);
}

void fail(struct Token *at, char *message) {
  fail_name(at, message, 0);
}

void stop(char *message, char *name) {
  fail_name(0, message, name);
}

// The contents, with a zero behind; 0 if there is no such file.
char *read_file(char *path) {
  long fd = syscall(2, (long)path, 0, 0);
  long size = 0;
  long got;
  char *buffer = arena + arena_used;
  if (fd < 0) return 0;
  if (arena_used + FILE_LIMIT + 2 > ARENA_SIZE) stop("no memory is left to read", path);
  do {
    got = syscall(0, fd, (long)(buffer + size), FILE_LIMIT - size);
    if (got < 0) return 0;
    size += got;
  } while (got);
  if (size == FILE_LIMIT) stop("this file is too long", path);
  syscall(3, fd, 0, 0);
  buffer[size] = 0;
  if (length_of(buffer) != size) stop("there is a zero byte in", path);
  allocate(size + 2);
  return buffer;
}

struct Ident *intern(char *name, long length) {
  unsigned long hash = 5381;
  long i;
  struct Ident *p;
  for (i = 0; i < length; i++) hash = hash * 33 + name[i];
  i = hash % IDENT_BUCKETS;
  for (p = idents[i]; p; p = p->next)
    if (p->length == length && same_bytes(p->name, name, length)) return p;
  p = allocate(sizeof(struct Ident));
  p->next = idents[i];
  p->name = allocate(length + 1);
  copy_bytes(p->name, name, length);
  p->length = length;
  idents[i] = p;
  return p;
}

struct Ident *ident_of(char *name) {
  return intern(name, length_of(name));
}
