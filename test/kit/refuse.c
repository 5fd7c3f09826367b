/* Runs a program as a container may:  refuse users|all PROGRAM ARGUMENTS...
 * No namespaces of users can be made, or none at all, and nothing can be mounted. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(place)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, place))
#define UNLESS(n, skip)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, n, 0, skip)
#define UNLESS_BIT(n, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, n, 0, skip)
#define RETURN(what)       BPF_STMT(BPF_RET | BPF_K, what)

int main(int count, char **arguments)
{
    struct sock_filter users[] = {
        LOAD(nr), UNLESS(SYS_unshare, 3), LOAD(args[0]), UNLESS_BIT(CLONE_NEWUSER, 1), RETURN(SECCOMP_RET_ERRNO | EPERM), RETURN(SECCOMP_RET_ALLOW)
    };
    struct sock_filter all[] = {
        LOAD(nr), UNLESS(SYS_unshare, 1), RETURN(SECCOMP_RET_ERRNO | EPERM), UNLESS(SYS_mount, 1), RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_ALLOW)
    };
    struct sock_fprog program = { sizeof all / sizeof *all, all };
    if (count < 3)
        return 2;
    if (!strcmp(arguments[1], "users"))
        program.len = sizeof users / sizeof *users, program.filter = users;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        return 3;
    execv(arguments[2], arguments + 2);
    return 4;
}
