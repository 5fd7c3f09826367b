/* All that is compiled once a program, with -DAPPLET_MAIN=cat_main. The rest comes from the library. */

/* The one function that is not called like its program. */
#define sha256sum_main md5_sha1_sum_main

int APPLET_MAIN(int argc, char **argv);
int (*const applet_main)(int argc, char **argv) = APPLET_MAIN;
