/* Preloaded into a process it shifts that one's wall clock by the whole seconds in the file MSACLAG_CLOCK_SHIFT, a long
   that may change at any time; the monotonic clock stays as it is. What is waited for until a time of the shifted clock
   is waited for until that of the true one: a clock that was set takes its waits along. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long *shift;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("MSACLAG_CLOCK_SHIFT");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) shift = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = (int)syscall(SYS_clock_gettime, clock, now);
  if (!failed && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *shift;
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int failed = (int)syscall(SYS_gettimeofday, now, zone);
  if (!failed && shift) now->tv_sec += *shift;
  return failed;
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}

/* A wall clock's time is of this century, a monotonic one's not. */
static clockid_t unshifted(const struct timespec *until, struct timespec *true_time) {
  *true_time = *until;
  if (until->tv_sec < 1000000000) return CLOCK_MONOTONIC;
  if (shift) true_time->tv_sec -= *shift;
  return CLOCK_REALTIME;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  struct timespec true_time;
  clockid_t clock = unshifted(until, &true_time);
  return pthread_cond_clockwait(condition, mutex, clock, &true_time);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
  struct timespec true_time;
  clockid_t clock = unshifted(until, &true_time);
  return pthread_mutex_clocklock(mutex, clock, &true_time);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
  struct timespec true_time;
  clockid_t clock = unshifted(until, &true_time);
  return sem_clockwait(semaphore, clock, &true_time);
}
