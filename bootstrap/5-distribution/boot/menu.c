/*
 * The boot menu for UEFI: shows \BOOT.TXT (loader.S tells what is in it), waits for a key, checks the sums of the kernel and of its
 * initial file system, and starts the kernel, which is a UEFI program itself. The kernel asks for its initial file system by
 * a protocol of Linux' own (LINUX_EFI_INITRD_MEDIA_GUID), which this program answers.
 *
 * The declarations are those of the UEFI specification, chapters 4, 7, 9, 12 and 13; what is not used has no name.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u64 status;
typedef void *handle;
typedef struct { u32 a; u16 b, c; u8 d[8]; } guid;
#define EFI __attribute__((ms_abi)) /* how firmware calls and is called */

enum { ERROR_BUFFER_TOO_SMALL = 5 };
#define FAILED(code) (0x8000000000000000ull | (code))

struct input { void *reset; status (EFI *read_key)(struct input *, u16 *scan_code_and_char); };
struct output {
	void *reset;
	status (EFI *text)(struct output *, const u16 *);
	void *unused[4];
	status (EFI *clear)(struct output *);
};
struct boot_services {
	u8 header[24];
	void *tpl[2];
	void *pages[3];
	status (EFI *allocate)(u32 type, u64 size, void **);
	void *unused1[7];
	status (EFI *install)(handle *, const guid *, u32 type, void *interface);
	void *unused2[2];
	status (EFI *protocol)(handle, const guid *, void *);
	void *unused3[5];
	status (EFI *load_image)(u8 policy, handle parent, void *path, void *source, u64 size, handle *);
	status (EFI *start_image)(handle, u64 *, u16 **);
	void *unused4[4];
	status (EFI *stall)(u64 microseconds);
};
struct system {
	u8 header[24];
	u16 *vendor;
	u64 revision;
	handle in_handle; struct input *in;
	handle out_handle; struct output *out;
	handle error_handle; void *error;
	void *runtime;
	struct boot_services *boot;
};
struct loaded_image { u64 revision; handle parent; void *system; handle device; void *path, *unused; u32 options_size; void *options; };
struct file {
	u64 revision;
	status (EFI *open)(struct file *, struct file **, const u16 *name, u64 mode, u64 attributes);
	void *unused[2];
	status (EFI *read)(struct file *, u64 *size, void *);
};
struct volume { u64 revision; status (EFI *open)(struct volume *, struct file **); };
struct load_file { status (EFI *load)(struct load_file *, void *path, u8 policy, u64 *size, void *); };

static const guid LOADED_IMAGE = { 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const guid FILE_SYSTEM = { 0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const guid DEVICE_PATH = { 0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const guid LOAD_FILE_2 = { 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };

/* Where Linux looks: a device path of one node, "media, vendor", and its end. */
static struct { u8 type, subtype; u16 length; guid vendor; u8 end[4]; } initrd_path = {
	4, 3, 20, { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }, { 0x7f, 0xff, 4, 0 } };

static struct system *sys;
static struct file *root;
static u8 table[4096 + 1];
static u8 *initrd;
static u64 initrd_size;

static void put(u16 c)
{
	u16 text[3] = { c, 0, 0 };
	if (c == '\n') { text[0] = '\r'; text[1] = '\n'; }
	sys->out->text(sys->out, text);
}
static void say(const char *text) { while (*text) put(*text++); }

static status fail(const char *what, status code)
{
	say("\n");
	say(what);
	say(" Status ");
	for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[code >> shift & 15]);
	say("\n");
	sys->boot->stall(10000000);
	return code;
}

static u16 read_key(void)		/* a character, or 0 */
{
	u16 key[2];
	return sys->in->read_key(sys->in, key) ? 0 : key[1];
}
static u16 wait_key(void)
{
	u16 c;
	while ((c = read_key()) == 0) sys->boot->stall(10000);
	return c;
}

static const u8 *next_line(const u8 *at)
{
	while (*at && *at != '\n') at++;
	return *at ? at + 1 : at;
}
static void show_until(const u8 *at, u8 end) { while (*at >= ' ' && *at != end) put(*at++); }

static u64 number(const u8 **at)	/* the hexadecimal number behind a space */
{
	u64 value = 0;
	for ((*at)++; ; (*at)++) {
		u8 c = **at;
		if (c >= '0' && c <= '9') value = value << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f') value = value << 4 | (c - 'a' + 10);
		else return value;
	}
}

static status read_file(const u16 *name, u64 size, void *to)
{
	struct file *file;
	status failed = root->open(root, &file, name, 1, 0);
	return failed ? failed : file->read(file, &size, to);
}

/* One of a slot's two files, as its line of the table tells: block (a BIOS's business), bytes, sum. */
static status read_part(u16 *name, u8 slot, const u8 **line, u8 **data, u64 *size)
{
	u32 sum;
	status failed;
	name[7] = slot;
	number(line);
	*size = number(line);
	sum = number(line);
	if ((failed = sys->boot->allocate(2, *size, (void **)data)) || (failed = read_file(name, *size, *data)))
		return fail("The medium cannot be read.", failed);
	say(".");
	for (u64 i = 0; i < *size / 4; i++) sum -= ((u32 *)*data)[i];
	return sum ? fail("The kernel or its file system is damaged on this medium.", FAILED(27)) : 0;
}

static EFI status give_initrd(struct load_file *self, void *path, u8 policy, u64 *size, void *buffer)
{
	u64 room = *size;
	(void)self, (void)path, (void)policy;
	*size = initrd_size;
	if (!buffer || room < initrd_size) return FAILED(ERROR_BUFFER_TOO_SMALL);
	for (u64 i = 0; i < initrd_size / 8; i++) ((u64 *)buffer)[i] = ((u64 *)initrd)[i];
	return 0;
}

static const u8 *choose(u16 *pressed)
{
	const u8 *first = next_line(table), *line;
	sys->out->clear(sys->out);
	say("\n   ");
	show_until(table, 0);
	say("\n\n");
	for (line = first; *line; line = next_line(line)) {
		if (*line == '#') continue;
		say("   ");
		put(*line);
		say("   ");
		show_until(line + 9, '|');
		say("\n");
	}
	say("\n   A key starts its line; e adds words to the first one.\n   Without a key, the first one starts in 5 seconds.\n");
	u16 c = 0;
	for (int hundredths = 500; hundredths && !(c = read_key()); hundredths--) sys->boot->stall(10000);
	for (;; c = wait_key()) {
		*pressed = c;
		if (c == 0 || c == '\r' || c == 'e') return first;
		for (line = first; *line; line = next_line(line)) if (*line == c && c != '#') return line;
	}
}

EFI status efi_main(handle me, struct system *system)
{
	static u16 options[2048], kernel_name[] = L"KERNEL.A", initrd_name[] = L"INITRD.A";
	static struct load_file initrd_answer;
	struct loaded_image *image;
	struct volume *volume;
	const u8 *line, *slot;
	u8 *kernel;
	u64 kernel_size;
	handle path_handle = 0, kernel_handle;
	u16 pressed;
	int length = 0;
	status failed;

	sys = system;
	initrd_answer.load = give_initrd; /* here, as nobody relocates an address in data */
	if ((failed = sys->boot->protocol(me, &LOADED_IMAGE, &image)) ||
	    (failed = sys->boot->protocol(image->device, &FILE_SYSTEM, &volume)) ||
	    (failed = volume->open(volume, &root)) || (failed = read_file(L"BOOT.TXT", 4096, table)))
		return fail("The boot table cannot be read.", failed);

	line = choose(&pressed);
	for (slot = table; *slot && !(slot[0] == '#' && slot[1] == line[2]);) slot = next_line(slot);
	if (!*slot) return fail("The boot table is damaged.", FAILED(27));
	slot += 2;
	const u8 *words = line + 9;
	while (*words >= ' ' && *words != '|') words++;
	if (*words == '|') words++;
	while (*words >= ' ' && length < 1000) options[length++] = *words++;
	if (pressed == 'e') {
		say("More words: ");
		options[length++] = ' ';
		for (int start = length; ;) {
			u16 c = wait_key();
			if (c == '\r') break;
			if (c == 8 || c == 127) { if (length > start) { length--; say("\b \b"); } }
			else if (c >= ' ' && length < 2000) { options[length++] = c; put(c); }
		}
	}
	options[length] = 0;

	say("\nLoading");
	if ((failed = read_part(kernel_name, line[2], &slot, &kernel, &kernel_size)) ||
	    (failed = read_part(initrd_name, line[2], &slot, &initrd, &initrd_size)))
		return failed;
	if ((failed = sys->boot->install(&path_handle, &DEVICE_PATH, 0, &initrd_path)) ||
	    (failed = sys->boot->install(&path_handle, &LOAD_FILE_2, 0, &initrd_answer)))
		return fail("The firmware takes no initial file system.", failed);
	if ((failed = sys->boot->load_image(0, me, 0, kernel, kernel_size, &kernel_handle)) ||
	    (failed = sys->boot->protocol(kernel_handle, &LOADED_IMAGE, &image)))
		return fail("This is no kernel that can be started.", failed);
	image->options = options;
	image->options_size = 2 * length + 2;
	say("\nStarting\n");
	return fail("The kernel came back.", sys->boot->start_image(kernel_handle, 0, 0));
}
