#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "ckernels.h"

/* The job in work. `state` packs generation << 32 | blocks not yet claimed; a block is claimed by a compare-and-swap
   of the whole word, so a thread that wakes late can never claim a block of a job it has not read. What describes the
   job is written before `state` is stored and read after a block was claimed, and no other job is described before
   all claimed blocks are finished: these plain variables never race. */
static _Atomic uint64_t state;
static _Atomic long finished;
static ck_block job_run;
static void *job_context;
static long job_blocks;

static int thread_count = 1, workers_started;
static _Atomic int pending;
static pthread_mutex_t caller = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool inside;

/* Who sleeps on either side says so before it looks whether there is something to sleep for, and who changes that looks
   for sleepers afterwards, all in one order that every thread sees: one of the two finds the other. The lock closes the
   gap between the look and the sleep. */
typedef struct {
  _Atomic int sleepers;
  pthread_mutex_t lock;
  pthread_cond_t wake;
} bed;
static bed workers = {0, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};
static bed waiter = {0, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};

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

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec * 1e-3;
}

static bool all_claimed(void) { return (uint32_t)atomic_load(&state) == 0; }
static bool unfinished(void) { return atomic_load(&finished) != job_blocks; }

/* Microseconds. A core that someone else may need is offered after SPIN of waiting. One that comes back no sooner than
   AWAY was needed. */
enum { SPIN = 10, AWAY = 30, WORKER_WAITS = 200, CALLER_WAITS = 1000 };

/* Waits while `going` for at most some microseconds, then asleep. Most waits are shorter than it takes to wake a thread;
   but where other threads want the cores, whoever waits awake may hold up the very thread that it waits for. */
static void wait_while(bool (*going)(void), bed *b, double most) {
  double start = 0, last = 0;
  for (int turns = 1; going(); turns++) {
    relax();
    if (turns % 32 != 0) continue;
    double now = now_us();
    if (start == 0) start = last = now;
    if (now - start > SPIN) {
      sched_yield();
      now = now_us();
    }
    if (now - start < most && now - last < AWAY) {
      last = now;
      continue;
    }
    pthread_mutex_lock(&b->lock);
    atomic_fetch_add(&b->sleepers, 1);
    while (going()) pthread_cond_wait(&b->wake, &b->lock);
    atomic_fetch_sub(&b->sleepers, 1);
    pthread_mutex_unlock(&b->lock);
    return;
  }
}

static void wake(bed *b) {
  if (atomic_load(&b->sleepers) == 0) return;
  pthread_mutex_lock(&b->lock);
  pthread_cond_broadcast(&b->wake);
  pthread_mutex_unlock(&b->lock);
}

static void work(void) {
  for (;;) {
    uint64_t s = atomic_load(&state);
    if ((uint32_t)s == 0) return;
    if (!atomic_compare_exchange_weak(&state, &s, s - 1)) continue;
    /* Read now: with its last block finished, the job may be followed by another one. */
    long blocks = job_blocks;
    if (!ck_interrupt_pending()) job_run(job_context, blocks - (long)(uint32_t)s);
    if (atomic_fetch_add(&finished, 1) + 1 == blocks) wake(&waiter);
  }
}

static void *worker(void *unused) {
  (void)unused;
  inside = true;
  for (;;) {
    wait_while(all_claimed, &workers, WORKER_WAITS);
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
  wake(&workers);
  work();
  wait_while(unfinished, &waiter, CALLER_WAITS);
  inside = false;
  pthread_mutex_unlock(&caller);
}
