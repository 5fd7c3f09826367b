/* All that is compiled once a program, with -DAPPLET_MAIN=cat_main. The rest comes from the library. */
int APPLET_MAIN(int argc, char **argv);
int (*const applet_main)(int argc, char **argv) = APPLET_MAIN;
