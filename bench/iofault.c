/* An LD_PRELOAD shim for bench/kill.py: counts, fails, kills at, or records the file I/O of one process.
   cc -shared -fPIC -O1 -o iofault.so iofault.c -ldl
   IOFAULT_DIR=/path/   only files whose real path starts with this are touched
   IOFAULT_NTH=n        act at the n-th matching call (0 = never)
   IOFAULT_MODE=eio|enospc|short|kill     IOFAULT_STICKY=1  every later call fails too
   IOFAULT_COUNT=file   write the number of matching calls here at exit
   IOFAULT_TRACE=file   record every matching write/sync/truncate/unlink for power-loss replay
   Matching calls: write pwrite pwrite64 fsync fdatasync ftruncate ftruncate64 unlink. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static const char *dir, *mode, *countf;
static long nth, cnt;
static int sticky, tracefd = -1, fired;

__attribute__((constructor)) static void init(void) {
    dir = getenv("IOFAULT_DIR"); mode = getenv("IOFAULT_MODE"); countf = getenv("IOFAULT_COUNT");
    nth = getenv("IOFAULT_NTH") ? atol(getenv("IOFAULT_NTH")) : 0;
    sticky = getenv("IOFAULT_STICKY") != NULL;
    const char *t = getenv("IOFAULT_TRACE");
    if (t) tracefd = syscall(SYS_openat, AT_FDCWD, t, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (!mode) mode = "eio";
}
__attribute__((destructor)) static void fini(void) {
    if (!countf) return;
    int fd = syscall(SYS_openat, AT_FDCWD, countf, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    char b[32]; int n = snprintf(b, sizeof b, "%ld\n", cnt);
    if (fd >= 0) { syscall(SYS_write, fd, b, (size_t)n); syscall(SYS_close, fd); }
}
static int match_path(const char *p) { return dir && strncmp(p, dir, strlen(dir)) == 0 && !strstr(p, "-shm"); }
static int fdpath(int fd, char *out) {
    char l[64]; snprintf(l, sizeof l, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(l, out, PATH_MAX - 1);
    if (n <= 0) return 0;
    out[n] = 0;
    return match_path(out);
}
static void rec(char op, const char *p, uint64_t off, const void *d, uint32_t n) {
    if (tracefd < 0) return;
    uint16_t pl = strlen(p);
    size_t tot = 1 + 2 + 8 + 4 + pl + n; char *b = malloc(tot); size_t o = 0;
    b[o++] = op; memcpy(b + o, &pl, 2); o += 2; memcpy(b + o, &off, 8); o += 8; memcpy(b + o, &n, 4); o += 4;
    memcpy(b + o, p, pl); o += pl; if (n) memcpy(b + o, d, n);
    syscall(SYS_write, tracefd, b, tot); free(b);
}
/* 0 = go on, 1 = fail with errno set, 2 = short write */
static int is_ack(const char *p) { size_t n = strlen(p); return n >= 5 && !strcmp(p + n - 5, "/acks"); }
static int hit(void) {
    cnt++;
    if (!nth || (cnt != nth && !(sticky && fired))) return 0;
    fired = 1;
    if (!strcmp(mode, "kill")) { syscall(SYS_kill, getpid(), SIGKILL); for (;;) pause(); }
    if (!strcmp(mode, "short")) return 2;
    errno = !strcmp(mode, "enospc") ? ENOSPC : EIO;
    return 1;
}
#define REAL(name) static typeof(name) *r; if (!r) r = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *b, size_t n) {
    REAL(write); char p[PATH_MAX];
    if (!fdpath(fd, p)) return r(fd, b, n);
    int h = is_ack(p) ? 0 : hit(); /* the ack file is the test's own witness */
    if (h == 1) return -1;
    if (h == 2) n = n / 2;
    off_t o = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t w = r(fd, b, n); if (w > 0) rec('W', p, o, b, w); return w;
}
#define PW(name, off_type) ssize_t name(int fd, const void *b, size_t n, off_type o) { \
    REAL(name); char p[PATH_MAX]; if (!fdpath(fd, p)) return r(fd, b, n, o); \
    int h = hit(); if (h == 1) return -1; if (h == 2) n = n / 2; \
    ssize_t w = r(fd, b, n, o); if (w > 0) rec('W', p, o, b, w); return w; }
PW(pwrite, off_t)
PW(pwrite64, off64_t)
#define SY(name) int name(int fd) { REAL(name); char p[PATH_MAX]; if (!fdpath(fd, p)) return r(fd); \
    if (hit()) { if (errno == 0) errno = EIO; return -1; } int w = r(fd); if (!w) rec('S', p, 0, 0, 0); return w; }
SY(fsync)
SY(fdatasync)
#define TR(name, off_type) int name(int fd, off_type l) { REAL(name); char p[PATH_MAX]; if (!fdpath(fd, p)) return r(fd, l); \
    if (hit()) { if (errno == 0) errno = EIO; return -1; } int w = r(fd, l); if (!w) rec('T', p, l, 0, 0); return w; }
TR(ftruncate, off_t)
TR(ftruncate64, off64_t)
int unlink(const char *path) {
    REAL(unlink); char p[PATH_MAX];
    if (!realpath(path, p) || !match_path(p)) return r(path);
    if (hit()) { if (errno == 0) errno = EIO; return -1; }
    int w = r(path); if (!w) rec('U', p, 0, 0, 0); return w;
}
