/* What ./configure would write is on the command line. */
