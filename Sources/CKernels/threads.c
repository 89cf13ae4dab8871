#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "ckernels.h"

/* The job in work. `state` packs generation << 32 | blocks not yet claimed; a block is claimed by a compare-and-swap
   of the whole word, so a thread that wakes late can never claim a block of a job it has not read. */
static _Atomic uint64_t state;
static _Atomic long finished;
static ck_block job_run;
static void *job_context;
static long job_blocks;

static int thread_count = 1, workers_started;
static _Atomic int pending, sleepers;
static pthread_mutex_t caller = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static _Thread_local bool inside;

/* Bit 0: a request; bit 1: requests are held back. */
void ck_interrupt_set(int value) {
  if (value) atomic_fetch_or(&pending, 1);
  else atomic_fetch_and(&pending, ~1);
}
int ck_interrupt_pending(void) { return atomic_load_explicit(&pending, memory_order_relaxed) == 1; }
int ck_interrupt_hold(int held) {
  int before = held ? atomic_fetch_or(&pending, 2) : atomic_fetch_and(&pending, ~2);
  return before & 1;
}

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void work(void) {
  for (;;) {
    uint64_t s = atomic_load(&state);
    if ((uint32_t)s == 0) return;
    if (!atomic_compare_exchange_weak(&state, &s, s - 1)) continue;
    long block = job_blocks - (long)(uint32_t)s;
    if (!ck_interrupt_pending()) job_run(job_context, block);
    atomic_fetch_add(&finished, 1);
  }
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec * 1e-3;
}

static void *worker(void *unused) {
  (void)unused;
  inside = true;
  for (;;) {
    double start = now_us();
    int turns = 0;
    while ((uint32_t)atomic_load_explicit(&state, memory_order_relaxed) == 0) {
      relax();
      if (++turns % 64 == 0 && now_us() - start > 200) {
        pthread_mutex_lock(&sleep_lock);
        atomic_fetch_add(&sleepers, 1);
        while ((uint32_t)atomic_load(&state) == 0) pthread_cond_wait(&wake, &sleep_lock);
        atomic_fetch_sub(&sleepers, 1);
        pthread_mutex_unlock(&sleep_lock);
        break;
      }
    }
    work();
  }
  return 0;
}

int ck_get_threads(void) { return thread_count; }

void ck_set_threads(int count) {
  if (count < 1) count = 1;
  pthread_mutex_lock(&caller);
  while (workers_started < count - 1) {
    pthread_t thread;
    if (pthread_create(&thread, 0, worker, 0) != 0) break;
    pthread_detach(thread);
    workers_started++;
  }
  thread_count = count;
  pthread_mutex_unlock(&caller);
}

void ck_parallel(ck_block run, void *context, long blocks) {
  if (blocks <= 1 || thread_count == 1 || inside || blocks > UINT32_MAX || pthread_mutex_trylock(&caller) != 0) {
    for (long i = 0; i < blocks && !ck_interrupt_pending(); i++) run(context, i);
    return;
  }
  inside = true;
  job_run = run;
  job_context = context;
  job_blocks = blocks;
  atomic_store(&finished, 0);
  uint64_t generation = (atomic_load(&state) >> 32) + 1;
  atomic_store(&state, generation << 32 | (uint64_t)blocks);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&sleep_lock);
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&sleep_lock);
  }
  work();
  for (int turns = 0; atomic_load(&finished) != blocks; turns++) {
    relax();
    if (turns > 20000) sched_yield();
  }
  inside = false;
  pthread_mutex_unlock(&caller);
}
