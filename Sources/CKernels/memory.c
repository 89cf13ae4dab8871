#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ckernels.h"
#include "internal.h"

/* Size classes are 8 steps to an octave: at most 12.5 % waste. A free block holds the pointer to the next one. */
enum { SMALLEST = 256, BIG = 1 << 18, HUGE_BLOCK = 1 << 25, REGION = 1 << 26, CLASSES = 8 * 48 };
typedef struct node { struct node *next; } node;

static node *free_blocks[CLASSES];
static size_t live, pooled, peak, limit;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int class_of(size_t bytes, size_t *rounded) {
  if (bytes < SMALLEST) bytes = SMALLEST;
  int octave = 63 - __builtin_clzll(bytes);
  size_t step = (size_t)1 << (octave - 3);
  size_t up = (bytes + step - 1) / step * step;
  octave = 63 - __builtin_clzll(up);
  step = (size_t)1 << (octave - 3);
  *rounded = up;
  return (octave - 8) * 8 + (int)((up >> (octave - 3)) & 7);
}

/* Blocks of BIG to HUGE bytes are carved from regions that lie on huge pages; they are pooled, never unmapped. */
static char *region;
static size_t region_left;

static void *map_huge(size_t bytes) {
  size_t page = (size_t)2 << 20;
  char *p = mmap(0, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return 0;
  char *start = (char *)(((uintptr_t)p + page - 1) & ~(uintptr_t)(page - 1));
  if (start > p) munmap(p, (size_t)(start - p));
  if (start < p + page) munmap(start + bytes, (size_t)(p + page - start));
#ifdef MADV_HUGEPAGE
  madvise(start, bytes, MADV_HUGEPAGE);
#endif
  return start;
}

static void *from_system(size_t bytes) {
  if (bytes < BIG) {
    void *p = 0;
    return posix_memalign(&p, 64, bytes) == 0 ? p : 0;
  }
  if (bytes >= HUGE_BLOCK) return map_huge(bytes);
  if (region_left < bytes) {
    region = map_huge(REGION);
    region_left = region ? REGION : 0;
    if (!region) return 0;
  }
  char *block = region;
  region += bytes;
  region_left -= bytes;
  return block;
}

static void trim_locked(void) {
  for (int c = 0; c < CLASSES; c++) {
    size_t bytes = ((size_t)(8 + c % 8)) << (c / 8 + 5);
    if (bytes >= BIG && bytes < HUGE_BLOCK) continue;
    while (free_blocks[c]) {
      node *block = free_blocks[c];
      free_blocks[c] = block->next;
      pooled -= bytes;
      if (bytes < BIG) free(block); else munmap(block, bytes);
    }
  }
}

void *ck_alloc(size_t bytes) {
  if (bytes > (size_t)1 << 50) return 0;
  size_t size;
  int c = class_of(bytes, &size);
  pthread_mutex_lock(&lock);
  node *block = free_blocks[c];
  if (block) {
    free_blocks[c] = block->next;
    pooled -= size;
  } else {
    if (limit && live + pooled + size > limit) trim_locked();
    block = limit && live + size > limit ? 0 : from_system(size);
    if (!block && !(limit && live + size > limit)) {
      trim_locked();
      block = from_system(size);
    }
  }
  if (block) {
    live += size;
    if (live > peak) peak = live;
  }
  pthread_mutex_unlock(&lock);
  return block;
}

void ck_free(void *p, size_t bytes) {
  size_t size;
  int c = class_of(bytes, &size);
  pthread_mutex_lock(&lock);
  node *block = p;
  block->next = free_blocks[c];
  free_blocks[c] = block;
  live -= size;
  pooled += size;
  pthread_mutex_unlock(&lock);
}

void ck_trim(void) {
  pthread_mutex_lock(&lock);
  trim_locked();
  pthread_mutex_unlock(&lock);
}

void ck_set_memory_limit(size_t bytes) { limit = bytes; }

ck_memory ck_memory_now(void) {
  pthread_mutex_lock(&lock);
  ck_memory now = {live, pooled, peak};
  pthread_mutex_unlock(&lock);
  return now;
}

void ck_reset_peak(void) {
  pthread_mutex_lock(&lock);
  peak = live;
  pthread_mutex_unlock(&lock);
}

static _Atomic size_t failed;

void *ck_scratch(size_t bytes) {
  void *block = ck_alloc(bytes);
  if (!block) atomic_store(&failed, bytes);
  return block;
}

size_t ck_take_failure(void) {
  if (atomic_load_explicit(&failed, memory_order_relaxed) == 0) return 0;
  return atomic_exchange(&failed, 0);
}
