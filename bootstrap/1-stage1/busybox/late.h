/*
 * Folders get their modes, owners and times when all is unpacked, for data_extract_all.c: what is put into a folder sets its
 * time, and into one that is read-only nothing can be put. Symlinks get their times then, for many are not made before.
 */

typedef struct late_t {
	struct late_t *next;
	file_header_t header;
	char name[1];
} late_t;

static void restore_time(const char *name, const file_header_t *file_header)
{
	struct timespec t[2];

	t[1].tv_sec = t[0].tv_sec = file_header->mtime;
	t[1].tv_nsec = t[0].tv_nsec = file_header->mtime_nsec;
	if (utimensat(AT_FDCWD, name, t, AT_SYMLINK_NOFOLLOW) != 0)
		bb_perror_msg_and_die("can't set the time of %s", name);
}

/* The last one first: what is in a folder comes before it. */
static late_t *late;

static void forget_late(const char *name)
{
	late_t **at;

	for (at = &late; *at; at = &(*at)->next)
		if (strcmp((*at)->name, name) == 0) {
			*at = (*at)->next;
			return;
		}
}

static late_t *remember_late(archive_handle_t *archive_handle, const char *name)
{
	late_t *one = xzalloc(sizeof(*one) + strlen(name));

	one->header = *archive_handle->file_header;
	strcpy(one->name, name);
	one->next = late;
	late = one;
	return one;
}

static void extract_folder(archive_handle_t *archive_handle, const char *name)
{
	late_t *folder;
	struct stat st;

	if (mkdir(name, (archive_handle->file_header->mode & 0777) | 0700) == 0) {
		folder = remember_late(archive_handle, name);
		if (archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_PERM) {
			mode_t mask = umask(0);
			umask(mask);
			folder->header.mode &= ~mask;
		}
		return;
	}
	if (errno != EEXIST || stat(name, &st) != 0 || !S_ISDIR(st.st_mode))
		bb_perror_msg_and_die("can't make dir %s", name);
	forget_late(name);
	/* It may be somebody else's: "./" often is. */
	if (st.st_uid != geteuid())
		return;
	folder = remember_late(archive_handle, name);
	if (archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_PERM)
		folder->header.mode = st.st_mode;
}

void FAST_FUNC finish_late(archive_handle_t *archive_handle)
{
	for (; late; late = late->next) {
		const file_header_t *header = &late->header;

		if (S_ISDIR(header->mode)) {
			if (!(archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_OWNER))
				chown(late->name, header->uid, header->gid);
			if (chmod(late->name, header->mode & 07777) != 0)
				bb_perror_msg_and_die("can't set the mode of %s", late->name);
		}
		if (archive_handle->ah_flags & ARCHIVE_RESTORE_DATE)
			restore_time(late->name, header);
	}
}
