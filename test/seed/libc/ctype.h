int isdigit(int c);
int isalpha(int c);
int isspace(int c);
int toupper(int c);
