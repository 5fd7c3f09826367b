/*
 * What busybox' unpackers do not see, or see and say nothing of: here they are right, or loud. Larger pieces are in busybox/.
 * At the end, two defects of ash and awk that were found after the release.
 */

static const struct edit busybox_edits[] = {
    /* gunzip */
    { "archival/libarchive/decompress_gunzip.c", "a member of the wrong length was forgiven if another one followed",
        "\t\tbb_simple_error_msg(\"incorrect length\");\n"
        "\t\ttotal = -1;\n",
        "\t\tbb_simple_error_msg(\"incorrect length\");\n"
        "\t\ttotal = -1;\n"
        "\t\tgoto ret;\n" },
    { "archival/libarchive/decompress_gunzip.c", "behind the last member only zeros may follow; it said nothing of others",
        "\tif (!top_up(PASS_STATE 2))\n"
        "\t\tgoto ret; /* EOF */\n"
        "\n"
        "\tif (bytebuffer[bytebuffer_offset] == 0x1f\n",
        "\tif (top_up(PASS_STATE 2)\n"
        "\t && bytebuffer[bytebuffer_offset] == 0x1f\n" },
    { "archival/libarchive/decompress_gunzip.c", "as above",
        "\t/* GNU gzip says: */\n"
        "\t/*bb_error_msg(\"decompression OK, trailing garbage ignored\");*/\n",
        "\twhile (top_up(PASS_STATE 1))\n"
        "\t\tif (bytebuffer[bytebuffer_offset++] != 0) {\n"
        "\t\t\tbb_simple_error_msg(\"trailing garbage\");\n"
        "\t\t\ttotal = -1;\n"
        "\t\t\tbreak;\n"
        "\t\t}\n" },

    /* bunzip2 */
    { "archival/libarchive/decompress_bunzip2.c", "a pipe that gave one byte of the next stream's two ended it all, in silence; so did garbage",
        "\t\t\tif (safe_read(xstate->src_fd, outbuf + len, 2 - len) != 2 - len)\n"
        "\t\t\t\tbreak;\n"
        "\t\t\tlen = 2;\n"
        "\t\t}\n"
        "\t\tif (*(uint16_t*)outbuf != BZIP2_MAGIC) /* \"BZ\"? */\n"
        "\t\t\tbreak;\n",
        "\t\t\tint more = full_read(xstate->src_fd, outbuf + len, 2 - len);\n"
        "\t\t\tif (more < 0)\n"
        "\t\t\t\ti = RETVAL_UNEXPECTED_INPUT_EOF;\n"
        "\t\t\telse\n"
        "\t\t\t\tlen += more;\n"
        "\t\t}\n"
        "\t\tif (len < 2 || *(uint16_t*)outbuf != BZIP2_MAGIC) { /* \"BZ\"? */\n"
        "\t\t\twhile (i == RETVAL_OK && len != 0) {\n"
        "\t\t\t\tint more;\n"
        "\t\t\t\twhile (len != 0 && outbuf[len - 1] == 0)\n"
        "\t\t\t\t\tlen--;\n"
        "\t\t\t\tif (len != 0) {\n"
        "\t\t\t\t\tbb_simple_error_msg(\"trailing garbage\");\n"
        "\t\t\t\t\ti = RETVAL_NOT_BZIP_DATA;\n"
        "\t\t\t\t\tbreak;\n"
        "\t\t\t\t}\n"
        "\t\t\t\tmore = full_read(xstate->src_fd, outbuf, IOBUF_SIZE);\n"
        "\t\t\t\tif (more < 0)\n"
        "\t\t\t\t\ti = RETVAL_UNEXPECTED_INPUT_EOF;\n"
        "\t\t\t\telse\n"
        "\t\t\t\t\tlen = more;\n"
        "\t\t\t}\n"
        "\t\t\tbreak;\n"
        "\t\t}\n" },

    /* unxz */
    { "archival/libarchive/decompress_unxz.c", "garbage behind the last stream ended it all, in silence",
        "\t\t\t\t\t\tgoto end;\n",
        "\t\t\t\t\t\tbb_simple_error_msg(\"trailing garbage\");\n"
        "\t\t\t\t\t\ttotal = -1;\n"
        "\t\t\t\t\t\tgoto end;\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "CRC64, which xz uses by itself, and SHA-256 were skipped",
        "#include \"xz_stream.h\"\n",
        "#include \"xz_stream.h\"\n"
        "#include \"xz_check.h\"\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above",
        "\tenum xz_check check_type;\n",
        "\tenum xz_check check_type;\n"
        "\tstruct xz_check_state check;\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above",
        "\t\t\t\tb->out_pos - s->out_start, s->crc32);\n"
        "\n"
        "\tif (ret == XZ_STREAM_END) {\n",
        "\t\t\t\tb->out_pos - s->out_start, s->crc32);\n"
        "\telse\n"
        "\t\txz_check_add(&s->check, s->check_type, b->out + s->out_start,\n"
        "\t\t\t\tb->out_pos - s->out_start);\n"
        "\n"
        "\tif (ret == XZ_STREAM_END) {\n"
        "\t\txz_check_end(&s->check, s->check_type);\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above: not skipped, but compared",
        "static bool XZ_FUNC check_skip(struct xz_dec *s, struct xz_buf *b)\n"
        "{\n"
        "\twhile (s->pos < check_sizes[s->check_type]) {\n"
        "\t\tif (b->in_pos == b->in_size)\n"
        "\t\t\treturn false;\n"
        "\n"
        "\t\t++b->in_pos;\n"
        "\t\t++s->pos;\n"
        "\t}\n"
        "\n"
        "\ts->pos = 0;\n"
        "\n"
        "\treturn true;\n",
        "static enum xz_ret XZ_FUNC check_validate(struct xz_dec *s, struct xz_buf *b)\n"
        "{\n"
        "\twhile (s->pos < check_sizes[s->check_type]) {\n"
        "\t\tif (b->in_pos == b->in_size)\n"
        "\t\t\treturn XZ_OK;\n"
        "\n"
        "\t\tif (b->in[b->in_pos++] != s->check.right[s->pos++])\n"
        "\t\t\treturn XZ_DATA_ERROR;\n"
        "\t}\n"
        "\n"
        "\ts->pos = 0;\n"
        "\n"
        "\treturn XZ_STREAM_END;\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above",
        "\t\t\telse if (!check_skip(s, b)) {\n"
        "\t\t\t\treturn XZ_OK;\n"
        "\t\t\t}\n",
        "\t\t\telse {\n"
        "\t\t\t\tret = check_validate(s, b);\n"
        "\t\t\t\tif (ret != XZ_STREAM_END)\n"
        "\t\t\t\t\treturn ret;\n"
        "\t\t\t}\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above: and none but these",
        "\tif (s->check_type > XZ_CHECK_MAX)\n"
        "\t\treturn XZ_OPTIONS_ERROR;\n"
        "\n"
        "\tif (s->check_type > XZ_CHECK_CRC32)\n"
        "\t\treturn XZ_UNSUPPORTED_CHECK;\n",
        "\tif (!xz_check_is_known(s->check_type))\n"
        "\t\treturn XZ_OPTIONS_ERROR;\n" },
    { "archival/libarchive/unxz/xz_dec_stream.c", "as above: each block has one",
        "\ts->block.uncompressed = 0;\n"
        "\n"
        "\treturn XZ_OK;\n",
        "\ts->block.uncompressed = 0;\n"
        "\txz_check_begin(&s->check);\n"
        "\n"
        "\treturn XZ_OK;\n" },

    /* tar: what a pax header says */
    { "include/bb_archive.h", "the part of a second in a file's time was dropped",
        "\ttime_t mtime;\n",
        "\ttime_t mtime;\n"
        "\tlong mtime_nsec;\n" },
    { "include/bb_archive.h", "what a pax header says of the next file: sizes and times were not read",
        "struct hardlinks_t;\n",
        "struct hardlinks_t;\n"
        "\n"
        "struct pax_header {\n"
        "\toff_t size;\n"
        "\ttime_t mtime;\n"
        "\tlong mtime_nsec;\n"
        "\tuid_t uid;\n"
        "\tgid_t gid;\n"
        "\tsmallint has_size, has_mtime, has_uid, has_gid;\n"
        "};\n" },
    { "include/bb_archive.h", "as above",
        "\tchar* tar__linkname;\n",
        "\tchar* tar__linkname;\n"
        "\tstruct pax_header tar__pax;\n" },
    { "archival/libarchive/get_header_tar.c", "as above",
        "#include \"bb_archive.h\"\n",
        "#include \"bb_archive.h\"\n"
        "#include \"pax.h\"\n" },
    { "archival/libarchive/get_header_tar.c", "a pax header that is damaged was skipped, and with it names and sizes",
        "\t\t\tbb_simple_error_msg(\"malformed extended header, skipped\");\n",
        "\t\t\tbb_simple_error_msg_and_die(\"malformed extended header\");\n" },
    { "archival/libarchive/get_header_tar.c", "as above: so was a large one",
        "\t\t\tgoto skip_ext_hdr;\n",
        "\t\t\tbb_simple_error_msg_and_die(\"extended header of more than 1 MB\");\n" },
    { "archival/libarchive/get_header_tar.c", "keywords that were not known were passed over in silence: that of a sparse file, too",
        "# if ENABLE_FEATURE_TAR_SELINUX\n"
        "\t\t/* Scan for SELinux contexts",
        "\t\tpax_keyword(archive_handle, value, global);\n"
        "# if ENABLE_FEATURE_TAR_SELINUX\n"
        "\t\t/* Scan for SELinux contexts" },
    { "archival/libarchive/get_header_tar.c", "the file gets what was said",
        "\t/* Everything up to and including last \"..\" component is stripped */\n",
        "\tpax_apply(archive_handle);\n"
        "\n"
        "\t/* Everything up to and including last \"..\" component is stripped */\n" },

    /* tar: damaged archives */
    { "archival/libarchive/get_header_tar.c", "an archive may well be cut between two files",
        "\t\tif (archive_handle->offset == 0)\n"
        "\t\t\tbb_simple_error_msg(\"short read\");\n",
        "\t\tif (!archive_handle->tar__end)\n"
        "\t\t\tbb_simple_error_msg_and_die(\"short read\");\n" },
    { "archival/libarchive/get_header_tar.c", "a negative size meant: all that is left",
        "\tfile_header->size = GET_OCTAL(tar.size);\n",
        "\tfile_header->size = GET_OCTAL(tar.size);\n"
        "\tif (file_header->size < 0)\n"
        "\t\tbb_simple_error_msg_and_die(\"negative size in tar header\");\n" },

    /* tar: unpacking */
    { "archival/libarchive/data_extract_all.c", "folders get their modes and times last",
        "#include \"bb_archive.h\"\n",
        "#include \"bb_archive.h\"\n"
        "#include \"late.h\"\n" },
    { "archival/libarchive/data_extract_all.c", "as above; and what is no folder was not made one",
        "\t\tres = mkdir(dst_name, file_header->mode);\n"
        "\t\tif ((res != 0)\n"
        "\t\t && (errno != EISDIR) /* btw, Linux doesn't return this */\n"
        "\t\t && (errno != EEXIST)\n"
        "\t\t) {\n"
        "\t\t\tbb_perror_msg(\"can't make dir %s\", dst_name);\n"
        "\t\t}\n"
        "\t\tbreak;\n",
        "\t\textract_folder(archive_handle, dst_name);\n"
        "\t\tgoto ret;\n" },
    { "archival/libarchive/data_extract_all.c", "symlinks get their times last, too",
        "\t\t\t\tfile_header->link_target,\n"
        "\t\t\t\tdst_name,\n"
        "\t\t\t\t0);\n",
        "\t\t\t\tfile_header->link_target,\n"
        "\t\t\t\tdst_name,\n"
        "\t\t\t\t0);\n"
        "\t\tremember_late(archive_handle, dst_name);\n" },
    { "archival/libarchive/data_extract_all.c", "as above: but not what takes the place of one",
        "\t\t\tif (unlink(dst_name) == -1\n"
        "\t\t\t && errno != ENOENT\n"
        "\t\t\t) {\n",
        "\t\t\tif (unlink(dst_name) == 0)\n"
        "\t\t\t\tforget_late(dst_name);\n"
        "\t\t\telse if (errno != ENOENT) {\n" },
    { "archival/libarchive/data_extract_all.c", "a device that could not be made was told, and then forgotten",
        "\t\t\tbb_perror_msg(\"can't create node %s\", dst_name);\n",
        "\t\t\tbb_perror_msg_and_die(\"can't create node %s\", dst_name);\n" },
    { "archival/libarchive/data_extract_all.c", "times to the nanosecond; and a time that cannot be set is told",
        "\t\t\tstruct timeval t[2];\n"
        "\n"
        "\t\t\tt[1].tv_sec = t[0].tv_sec = file_header->mtime;\n"
        "\t\t\tt[1].tv_usec = t[0].tv_usec = 0;\n"
        "\t\t\tutimes(dst_name, t);\n",
        "\t\t\trestore_time(dst_name, file_header);\n" },
    { "archival/tar.c", "when all is unpacked, folders get theirs",
        "\tcreate_links_from_list(tar_handle->link_placeholders);\n",
        "\tcreate_links_from_list(tar_handle->link_placeholders);\n"
        "\tfinish_late(tar_handle);\n" },
    { "include/bb_archive.h", "as above",
        "void create_links_from_list(llist_t *list) FAST_FUNC;\n",
        "void create_links_from_list(llist_t *list) FAST_FUNC;\n"
        "void finish_late(archive_handle_t *archive_handle) FAST_FUNC;\n" },

    /* ash and awk */
    { "shell/ash.c", "where an expansion failed was remembered, and the next one was split there (CVE-2026-38754)",
        "static void expandhere(union node *arg);\n",
        "static void expandhere(union node *arg);\n"
        "static void ifsfree(void);\n" },
    { "shell/ash.c", "as above",
        "\t\tlongjmp(exception_handler->loc, 1);\n"
        "\tRESTORE_INT(saveint);\n"
        "\treturn err;\n"
        "}\n"
        "\n",
        "\t\tlongjmp(exception_handler->loc, 1);\n"
        "\tif (err)\n"
        "\t\tifsfree();\n"
        "\tRESTORE_INT(saveint);\n"
        "\treturn err;\n"
        "}\n"
        "\n" },
    { "shell/ash.c", "as above",
        "\t\t\t\tlongjmp(exception_handler->loc, 1);\n"
        "\n"
        "\t\t\texitstatus = savestatus;\n",
        "\t\t\t\tlongjmp(exception_handler->loc, 1);\n"
        "\t\t\tif (err)\n"
        "\t\t\t\tifsfree();\n"
        "\n"
        "\t\t\texitstatus = savestatus;\n" },
    { "shell/ash.c", "as above",
        "\t\tlongjmp(exception_handler->loc, 1);\n"
        "\n"
        "\tdoprompt = saveprompt;\n",
        "\t\tlongjmp(exception_handler->loc, 1);\n"
        "\tif (err)\n"
        "\t\tifsfree();\n"
        "\n"
        "\tdoprompt = saveprompt;\n" },
    { "editors/awk.c", "the replacement of sub() may be freed while its pattern is evaluated (CVE-2026-38753)",
        "\tregex = as_regex(rn, &sreg);\n"
        "\tsp = getvar_s(src ? src : intvar[F0]);\n",
        "\trepl = to_free = xstrdup(repl);\n"
        "\tregex = as_regex(rn, &sreg);\n"
        "\tsp = getvar_s(src ? src : intvar[F0]);\n" },
    { "editors/awk.c", "as above",
        "\tint match_no, residx, replen, resbufsize;\n",
        "\tchar *to_free;\n"
        "\tint match_no, residx, replen, resbufsize;\n" },
    { "editors/awk.c", "as above",
        "\tif (regex == &sreg)\n"
        "\t\tregfree(regex);\n"
        "\treturn match_no;\n",
        "\tif (regex == &sreg)\n"
        "\t\tregfree(regex);\n"
        "\tfree(to_free);\n"
        "\treturn match_no;\n" },
    { NULL }
};
