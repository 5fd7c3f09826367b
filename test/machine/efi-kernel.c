/* No kernel, but what UEFI takes for one: says what it was given, asks for the initial file system as Linux does, and switches off. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { u32 a; u16 b, c; u8 d[8]; } guid;
#define EFI __attribute__((ms_abi))
struct text { void *reset; u64 (EFI *put)(struct text *, const u16 *); };
struct load_file { u64 (EFI *load)(struct load_file *, void *, u8, u64 *, void *); };
struct boot { u8 header[24]; void *p0[16]; u64 (EFI *protocol)(void *, const guid *, void *); void *p1[3]; u64 (EFI *locate)(const guid *, void **path, void **device); };
struct runtime { u8 header[24]; void *p[10]; void (EFI *reset)(u32 kind, u64 status, u64 size, void *data); };
struct system { u8 header[24]; u16 *vendor; u64 revision; void *p0[3]; struct text *out; void *p1[2]; struct runtime *runtime; struct boot *boot; };
struct image { u64 revision; void *p[5]; u32 size; u16 *options; };
static const guid IMAGE = { 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const guid LOAD_FILE_2 = { 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };
static struct { u8 type, subtype; u16 length; guid vendor; u8 end[4]; } path = {
	4, 3, 20, { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }, { 0x7f, 0xff, 4, 0 } };
static u8 initrd[1 << 20];

EFI u64 efi_main(void *me, struct system *s)
{
	struct image *image;
	struct load_file *file;
	void *at = &path, *device;
	u64 size = 0;
	u16 text[33] = { 0 };
	s->out->put(s->out, L"\r\ntest kernel: words ");
	if (s->boot->protocol(me, &IMAGE, &image)) return 1;
	s->out->put(s->out, image->options);
	s->out->put(s->out, L"\r\ntest kernel: initrd ");
	if (s->boot->locate(&LOAD_FILE_2, &at, &device) || s->boot->protocol(device, &LOAD_FILE_2, &file)) return 2;
	/* As the kernel does: first how long it is, then the bytes. */
	if (file->load(file, at, 0, &size, 0) != 0x8000000000000005 || size > sizeof initrd || file->load(file, at, 0, &size, initrd)) return 3;
	for (int i = 0; i < 32; i++) text[i] = initrd[i];
	s->out->put(s->out, text);
	s->out->put(s->out, L"\r\ntest kernel: end\r\n");
	s->runtime->reset(2, 0, 0, 0);
	return 0;
}
