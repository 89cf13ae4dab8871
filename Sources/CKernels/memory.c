#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "ckernels.h"
#include "internal.h"

/* One range of addresses is reserved for all tensors; what is used of it is cut into blocks that lie side by side.
   A request takes a free block of about its size and splits it; a block given back joins its free neighbours. Blocks
   of other sizes than last step's are so made of the same memory, which lists of blocks by size never achieve.
   After Masmano, Ripoll, Crespo and Real, "TLSF: a new dynamic memory allocator for real-time systems" (2004). */

/* Sits before what the caller sees, so that that is 64-byte aligned; sizes are multiples of 64 and include it. */
typedef struct block {
  size_t size;           /* the lowest bit is set while the block is free */
  struct block *before;  /* the block that ends where this one starts, null for the first */
  struct block *next, *previous; /* of its class; only while it is free */
} block;

enum {
  HEADER = 16,
  LEAST = 64,
  STEPS = 32,           /* classes in an octave */
  CLASSES = 40 * STEPS,
  TRIED = 16,           /* blocks of the request's own class that are looked at before a larger class serves it */
  SLIVER = 64,          /* a rest of less than this part of the block stays with it */
  CHUNK = 1 << 21,      /* a huge page; memory comes from the system and goes back in these */
  GROWTH = 1 << 26,     /* writable memory is asked for in steps of this many bytes */
};
static const size_t MOST = (size_t)1 << 40, FREE = 1;

static char *arena;
static size_t reserved, writable, live, peak, limit, resident;
static block *free_blocks[CLASSES];
static uint64_t some_free[CLASSES / 64];
static uint64_t held[(1 << 19) / 64]; /* a bit a chunk of the arena: whether it holds memory of the system */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t size_of(const block *b) { return b->size & ~FREE; }
static bool is_free(const block *b) { return b->size & FREE; }
static size_t offset_of(const block *b) { return (size_t)((const char *)b - (arena + 64 - HEADER)); }

static block *after(block *b) {
  return offset_of(b) + size_of(b) < reserved ? (block *)((char *)b + size_of(b)) : 0;
}

static int class_of(size_t size) {
  int octave = 63 - __builtin_clzll(size);
  return (octave - 6) * STEPS + (int)((size >> (octave - 5)) % STEPS);
}

static void insert(block *b) {
  int c = class_of(size_of(b));
  b->size |= FREE;
  b->previous = 0;
  b->next = free_blocks[c];
  if (b->next) b->next->previous = b;
  free_blocks[c] = b;
  some_free[c / 64] |= (uint64_t)1 << c % 64;
}

static void take(block *b) {
  int c = class_of(size_of(b));
  if (b->next) b->next->previous = b->previous;
  if (b->previous) b->previous->next = b->next; else free_blocks[c] = b->next;
  if (!free_blocks[c]) some_free[c / 64] &= ~((uint64_t)1 << c % 64);
  b->size &= ~FREE;
}

static block *find(size_t size) {
  int c = class_of(size), tried = 0;
  for (block *b = free_blocks[c]; b && tried < TRIED; b = b->next, tried++)
    if (size_of(b) >= size) return b;
  c++;
  uint64_t word = c < CLASSES ? some_free[c / 64] & ~(uint64_t)0 << c % 64 : 0;
  for (int w = c / 64; w < CLASSES / 64; word = ++w < CLASSES / 64 ? some_free[w] : 0)
    if (word) return free_blocks[w * 64 + __builtin_ctzll(word)];
  return 0;
}

/* Notes that the bytes [from, to) of the arena are written to. */
static bool hold(size_t from, size_t to) {
  if (to > writable) {
    /* In one call, so that the system can refuse what it obviously lacks. */
    size_t more = (to - writable + GROWTH - 1) / GROWTH * GROWTH;
    if (more > reserved + CHUNK - writable) more = reserved + CHUNK - writable;
    if (mprotect(arena + writable, more, PROT_READ | PROT_WRITE) != 0) return false;
    writable += more;
  }
  for (size_t c = from / CHUNK; c * CHUNK < to; c++) {
    uint64_t bit = (uint64_t)1 << c % 64;
    if (!(held[c / 64] & bit)) resident += CHUNK;
    held[c / 64] |= bit;
  }
  return true;
}

/* Makes the arena one free block. */
static bool start(void) {
  block *all = (block *)(arena + 64 - HEADER);
  if (!hold(0, 2 * LEAST)) return false;
  *all = (block){.size = reserved};
  insert(all);
  return true;
}

/* Addresses cost nothing; but some systems allow fewer. */
static bool reserve(void) {
  for (size_t bytes = MOST; bytes >= GROWTH; bytes /= 2) {
    char *p = mmap(0, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) continue;
    arena = (char *)(((uintptr_t)p + CHUNK - 1) & ~(uintptr_t)(CHUNK - 1));
    reserved = bytes - 2 * CHUNK;
#ifdef MADV_HUGEPAGE
    madvise(arena, reserved + CHUNK, MADV_HUGEPAGE);
#endif
    return start();
  }
  return false;
}

/* Gives back the chunks of the arena that lie within [from, to). */
static void drop(size_t from, size_t to) {
  for (size_t c = (from + CHUNK - 1) / CHUNK; (c + 1) * CHUNK <= to && c * CHUNK < writable; c++) {
    uint64_t bit = (uint64_t)1 << c % 64;
    if (!(held[c / 64] & bit)) continue;
    madvise(arena + c * CHUNK, CHUNK, MADV_DONTNEED);
    held[c / 64] &= ~bit;
    resident -= CHUNK;
  }
}

static void trim_locked(void) {
  for (int c = 0; c < CLASSES; c++)
    for (block *b = free_blocks[c]; b; b = b->next) {
      size_t from = offset_of(b) + 64 - HEADER;
      drop(from + sizeof(block), from + size_of(b));
    }
  if (live > 0 || resident == 0) return;
  /* All is one free block: its header goes too, and is written again with the next request. */
  take((block *)(arena + 64 - HEADER));
  drop(0, CHUNK);
}

/* Other threads have their own, so that one can be watched while they work. */
static _Thread_local size_t taken;

void *ck_alloc(size_t bytes) {
  if (bytes > MOST) return 0;
  size_t size = (bytes + HEADER + LEAST - 1) / LEAST * LEAST;
  void *result = 0;
  pthread_mutex_lock(&lock);
  if (limit && live + size > limit) goto done;
  if (resident == 0 && !(arena ? start() : reserve())) goto done;
  if (limit && resident + size > limit) trim_locked();
  if (resident == 0 && !start()) goto done;
  block *b = find(size);
  if (!b) goto done;
  size_t from = offset_of(b) + 64 - HEADER, rest = size_of(b) - size;
  if (rest < LEAST || rest < size / SLIVER) rest = 0;
  /* With the header of what is left. */
  if (!hold(from, from + size_of(b) - rest + (rest ? sizeof(block) : 0))) goto done;
  take(b);
  if (rest) {
    block *left = (block *)((char *)b + size);
    *left = (block){.size = rest, .before = b};
    b->size = size;
    block *next = after(left);
    if (next) next->before = left;
    insert(left);
  }
  live += b->size;
  taken += b->size;
  if (live > peak) peak = live;
  result = (char *)b + HEADER;
done:
  pthread_mutex_unlock(&lock);
  return result;
}

void ck_free(void *p) {
  pthread_mutex_lock(&lock);
  block *b = (block *)((char *)p - HEADER);
  live -= b->size;
  block *next = after(b), *before = b->before;
  if (next && is_free(next)) {
    take(next);
    b->size += next->size;
  }
  if (before && is_free(before)) {
    take(before);
    before->size += b->size;
    b = before;
  }
  next = after(b);
  if (next) next->before = b;
  insert(b);
  pthread_mutex_unlock(&lock);
}

void ck_trim(void) {
  pthread_mutex_lock(&lock);
  if (arena) trim_locked();
  pthread_mutex_unlock(&lock);
}

void ck_set_memory_limit(size_t bytes) {
  pthread_mutex_lock(&lock);
  limit = bytes;
  pthread_mutex_unlock(&lock);
}

size_t ck_memory_limit(void) {
  pthread_mutex_lock(&lock);
  size_t bytes = limit;
  pthread_mutex_unlock(&lock);
  return bytes;
}

ck_memory ck_memory_now(void) {
  pthread_mutex_lock(&lock);
  ck_memory now = {live, resident - live, peak};
  pthread_mutex_unlock(&lock);
  return now;
}

size_t ck_thread_taken(void) { return taken; }

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
