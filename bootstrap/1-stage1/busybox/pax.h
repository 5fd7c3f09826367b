/* What a pax header says of the next file, for get_header_tar.c, which knows names alone. */

#define pax (archive_handle->tar__pax)

/* "-1.25": whole seconds downwards, and the rest upwards. */
static void pax_time(const char *text, struct pax_header *header)
{
	char *end;
	long digit = 100000000, fraction = 0;

	errno = 0;
	header->mtime = strtoll(text, &end, 10);
	if (end == text || errno)
		bb_error_msg_and_die("pax header: '%s' is no time", text);
	if (*end == '.')
		for (end++; isdigit(*end); digit /= 10)
			fraction += (*end++ - '0') * digit;
	if (*end)
		bb_error_msg_and_die("pax header: '%s' is no time", text);
	if (*text == '-' && fraction) {
		header->mtime--;
		fraction = 1000000000 - fraction;
	}
	header->mtime_nsec = fraction;
	header->has_mtime = 1;
}

static unsigned long long pax_number(const char *text, unsigned long long most)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (!isdigit(*text) || *end || errno || number > most)
		bb_error_msg_and_die("pax header: '%s' is no number", text);
	return number;
}

/* A keyword but "path" and "linkpath". What would give another content than is meant ends it all; what is only lost is told. */
static void pax_keyword(archive_handle_t *archive_handle, const char *keyword, int global)
{
	/* Of no meaning to what is unpacked: other times, names of owners, an encoding that is no more than a note. */
	static const char no_matter[] ALIGN1 =
		"atime=\0" "ctime=\0" "comment=\0" "uname=\0" "gname=\0" "charset=\0" "hdrcharset=\0"
		"LIBARCHIVE.creationtime=\0" "SCHILY.dev=\0" "SCHILY.ino=\0" "SCHILY.nlink=\0";
	const char *name;

	for (name = no_matter; *name; name += strlen(name) + 1)
		if (is_prefixed_with(keyword, name))
			return;
	if (is_prefixed_with(keyword, "GNU.sparse."))
		bb_simple_error_msg_and_die("pax header: a sparse file, which is not supported");
	if (is_prefixed_with(keyword, "size=") && !global) {
		pax.size = pax_number(keyword + 5, LLONG_MAX);
		pax.has_size = 1;
	} else if (is_prefixed_with(keyword, "mtime=") && !global) {
		pax_time(keyword + 6, &pax);
	} else if (is_prefixed_with(keyword, "uid=") && !global) {
		pax.uid = pax_number(keyword + 4, UINT_MAX);
		pax.has_uid = 1;
	} else if (is_prefixed_with(keyword, "gid=") && !global) {
		pax.gid = pax_number(keyword + 4, UINT_MAX);
		pax.has_gid = 1;
	} else if (is_prefixed_with(keyword, "size=") || is_prefixed_with(keyword, "path=")
	 || is_prefixed_with(keyword, "linkpath=")
	) {
		bb_error_msg_and_die("pax header: '%s' for all files", keyword);
	} else {
		bb_error_msg("warning: ignoring pax keyword '%s'", keyword);
	}
}

/* Gives the file what was said, and forgets it. */
static void pax_apply(archive_handle_t *archive_handle)
{
	file_header_t *file_header = archive_handle->file_header;

	if (pax.has_size && S_ISREG(file_header->mode) && !file_header->link_target)
		file_header->size = pax.size;
	if (pax.has_mtime)
		file_header->mtime = pax.mtime;
	file_header->mtime_nsec = pax.has_mtime ? pax.mtime_nsec : 0;
	if (pax.has_uid)
		file_header->uid = pax.uid;
	if (pax.has_gid)
		file_header->gid = pax.gid;
	memset(&pax, 0, sizeof(pax));
}
#undef pax
