/*
 * Folders get their modes, owners and times when all is unpacked, for data_extract_all.c: what is put into a folder sets its
 * time, and into one that is read-only nothing can be put.
 */

typedef struct folder_t {
	struct folder_t *next;
	file_header_t header;
	smallint existed;
	char name[1];
} folder_t;

static void restore_time(const char *name, const file_header_t *file_header)
{
	struct timespec t[2];

	t[1].tv_sec = t[0].tv_sec = file_header->mtime;
	t[1].tv_nsec = t[0].tv_nsec = file_header->mtime_nsec;
	if (utimensat(AT_FDCWD, name, t, 0) != 0)
		bb_perror_msg_and_die("can't set the time of %s", name);
}

/* The last one first: what is in a folder comes before it. */
static folder_t *folders;

static void forget_folder(const char *name)
{
	folder_t **at;

	for (at = &folders; *at; at = &(*at)->next)
		if (strcmp((*at)->name, name) == 0) {
			*at = (*at)->next;
			return;
		}
}

static void extract_folder(archive_handle_t *archive_handle, const char *name)
{
	folder_t *folder = xzalloc(sizeof(*folder) + strlen(name));

	folder->header = *archive_handle->file_header;
	if (mkdir(name, (folder->header.mode & 0777) | 0700) == 0) {
		if (archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_PERM) {
			mode_t mask = umask(0);
			umask(mask);
			folder->header.mode &= ~mask;
		}
	} else {
		struct stat st;

		if (errno != EEXIST || stat(name, &st) != 0 || !S_ISDIR(st.st_mode))
			bb_perror_msg_and_die("can't make dir %s", name);
		forget_folder(name);
		folder->existed = 1;
		if (archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_PERM)
			folder->header.mode = st.st_mode;
	}
	strcpy(folder->name, name);
	folder->next = folders;
	folders = folder;
}

/* One that was there before may be somebody else's: "./" often is. */
void FAST_FUNC finish_folders(archive_handle_t *archive_handle)
{
	for (; folders; folders = folders->next) {
		struct stat st;

		if (folders->existed && (stat(folders->name, &st) != 0 || st.st_uid != geteuid()))
			continue;
		if (!(archive_handle->ah_flags & ARCHIVE_DONT_RESTORE_OWNER))
			chown(folders->name, folders->header.uid, folders->header.gid);
		if (chmod(folders->name, folders->header.mode & 07777) != 0)
			bb_perror_msg_and_die("can't set the mode of %s", folders->name);
		if (archive_handle->ah_flags & ARCHIVE_RESTORE_DATE)
			restore_time(folders->name, &folders->header);
	}
}
