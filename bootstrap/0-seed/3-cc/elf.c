// Sections -> one static program: headers and code at 4 MB, then data and what starts as zero.

enum { BASE = 0x400000, HEADERS = 232 };   // 64 bytes, and three program headers of 56

char header[HEADERS];

void put_bytes(char *to, long value, long size) {
  for (; size; size--) {
    *to++ = value & 255;
    value = value >> 8;
  }
}

void program_header(long at, long type, long flags, long offset, long address, long file_size, long memory_size, long align) {
  put_bytes(header + at, type, 4);
  put_bytes(header + at + 4, flags, 4);
  put_bytes(header + at + 8, offset, 8);
  put_bytes(header + at + 16, address, 8);
  put_bytes(header + at + 24, address, 8);
  put_bytes(header + at + 32, file_size, 8);
  put_bytes(header + at + 40, memory_size, 8);
  put_bytes(header + at + 48, align, 8);
}

void call_place(long place) {
  byte(0xe8);
  int32(place - text_size - 4);
}

// The first instructions: constants, then __libc_start or main with argc, argv, envp.
void make_start(void) {
  struct Object *libc = ident_of("__libc_start")->object;
  struct Object *entry = ident_of("main")->object;
  struct Start *s;
  if (libc && libc->section == IN_TEXT) entry = libc;
  if (entry == 0 || entry->section != IN_TEXT) stop("no unit defines main", 0);
  for (s = starts; s; s = s->next) call_place(s->place);
  bytes("31ed");             // xor ebp, ebp
  bytes("488b0424");         // mov rax, [rsp]
  bytes("488d4c2408");       // lea rcx, [rsp + 8]
  bytes("488d54c108");       // lea rdx, [rcx + rax * 8 + 8]
  bytes("4883ec08525150");   // sub rsp, 8; push rdx; push rcx; push rax
  call_place(entry->offset);
  bytes("89c7b8e70000000f05");   // mov edi, eax; mov eax, 231 (exit_group); syscall
}

// Zero-filled space for variables that no unit initialises.
void place_common(void) {
  struct Object *o;
  for (o = objects; o; o = o->next) {
    if (o->section == IN_COMMON) {
      if (o->type->size < 0) stop("the size of this variable is missing:", o->name->name);
      place_data(o, IN_BSS, o->type->size, o->align > o->type->align ? o->align : o->type->align);
    } else if (o->section == NOWHERE && o->used_at) {
      fail_name(o->used_at, "no unit defines", o->name ? o->name->name : 0);
    }
  }
}

void apply_relocations(long data_at, long bss_at) {
  struct Relocation *r;
  long value;
  for (r = relocations; r; r = r->next) {
    value = r->object->offset + r->addend;
    if (r->object->section == IN_TEXT) value += BASE + HEADERS;
    else value += r->object->section == IN_DATA ? data_at : bss_at;
    if (r->section == IN_TEXT) put_int32(r->offset, value - (BASE + HEADERS + r->offset + 4));
    else put_bytes(data + r->offset, value, 8);
  }
}

void write_all(long fd, char *from, long size) {
  long n;
  while (size) {
    n = syscall(1, fd, (long)from, size);
    if (n <= 0) stop("the output cannot be written", 0);
    from += n;
    size -= n;
  }
}

void link_program(char *output) {
  long start = text_size;
  long data_at;
  long data_offset;
  long bss_at;
  long fd;
  make_start();
  place_common();
  data_offset = round_up(HEADERS + text_size, 4096);
  data_at = BASE + data_offset;
  bss_at = round_up(data_at + data_size, 4096);
  if (bss_at + bss_size > 0x7fffffff) stop("the variables of this program take more than 2 GB", 0);
  apply_relocations(data_at, bss_at);
  copy_bytes(header, "\x7f\x45\x4c\x46\x02\x01\x01", 7);
  put_bytes(header + 16, 2, 2);          // an executable
  put_bytes(header + 18, 62, 2);         // for x86-64
  put_bytes(header + 20, 1, 4);
  put_bytes(header + 24, BASE + HEADERS + start, 8);
  put_bytes(header + 32, 64, 8);         // where the program headers are
  put_bytes(header + 52, 64, 2);
  put_bytes(header + 54, 56, 2);
  put_bytes(header + 56, 3, 2);
  program_header(64, 1, 5, 0, BASE, HEADERS + text_size, HEADERS + text_size, 4096);
  program_header(120, 1, 6, data_offset, data_at, data_size, bss_at + bss_size - data_at, 4096);
  program_header(176, 0x6474e551, 6, 0, 0, 0, 0, 16);   // the stack is not executable
  syscall(87, (long)output, 0, 0);       // unlink
  fd = syscall(2, (long)output, 577, 493);   // open to write anew, mode 0755
  if (fd < 0) stop("cannot create", output);
  write_all(fd, header, HEADERS);
  write_all(fd, text, text_size);
  for (; data_offset > HEADERS + text_size; data_offset--) write_all(fd, "", 1);
  write_all(fd, data, data_size);
  if (syscall(3, fd, 0, 0) < 0) stop("cannot write", output);
  if (syscall(90, (long)output, 493, 0) < 0) stop("cannot make executable:", output);
}
